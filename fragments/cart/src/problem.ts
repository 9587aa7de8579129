/** Why a cart could not be changed: the status for who asks for JSON, and what the visitor reads. */
export const PROBLEMS = {
  product: { status: 404, text: 'We do not have that product.' },
  quantity: { status: 422, text: 'Please choose a whole number from 1 to 99.' },
  full: { status: 409, text: 'Your cart is full. Please take something out first.' },
  unavailable: {
    status: 503,
    text: 'We cannot look that product up just now. Please try again in a moment.',
  },
} as const;

export type Problem = keyof typeof PROBLEMS;

export function isProblem(value: string | null): value is Problem {
  return value !== null && Object.hasOwn(PROBLEMS, value);
}
