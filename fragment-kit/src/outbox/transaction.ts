import type { DatabaseSync } from 'node:sqlite';
import { outboxAsync } from '../errors.ts';

/**
 * Runs `change` in a transaction that may write (`BEGIN IMMEDIATE`): all of it is stored, or nothing when it throws.
 *
 * A promise is refused and undone, because whoever uses the connection before it settles would be part of the transaction.
 */
export function inTransaction<T>(database: DatabaseSync, change: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = change();
    refusePromise(result);
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // Some errors have ended the transaction already, for example a full disk.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Throws when a function that must be done when it returns has returned a promise. */
export function refusePromise(result: unknown): void {
  if (!(result instanceof Promise)) return;
  // Its own failure, if it has one, would end the process as a rejection that nobody handles.
  result.catch(() => {});
  throw outboxAsync();
}

/** Whether the error says that another process writes to the file at this moment (SQLITE_BUSY and its relatives). */
export function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === 5
  );
}
