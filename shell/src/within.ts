/** `promise`, or a rejection with what `late` makes once `timeoutMs` have passed. The promise itself runs on. */
export function within<T>(timeoutMs: number, promise: Promise<T>, late: () => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), timeoutMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
