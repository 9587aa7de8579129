// A service's process for the tests of the outbox: node child.ts <file> <composer> <what> [count]
import { DatabaseSync } from 'node:sqlite';
import { createOutbox } from '../../src/outbox/outbox.ts';

const [file = '', composer = '', what, count] = process.argv.slice(2);
const database = new DatabaseSync(file, { timeout: 10_000 });
database.exec('PRAGMA journal_mode = WAL');
database.exec('CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY)');
const outbox = createOutbox({
  database,
  composers: composer,
  purgeToken: 'secret',
  timeoutMs: 500,
  retry: { firstMs: 5, maxMs: 50 },
  pollMs: 200,
});
const addNote = database.prepare('INSERT INTO notes DEFAULT VALUES');
const add = () => {
  const { lastInsertRowid } = addNote.run();
  outbox.add({ groups: ['notes'], urls: [`/_fragments/notes/${lastInsertRowid}`] });
};
const die = () => process.kill(process.pid, 'SIGKILL');

if (what === 'die-before-commit') {
  database.exec('BEGIN');
  add();
  die();
} else if (what === 'die-after-commit') {
  outbox.transaction(add);
  die();
} else {
  for (let i = 0; i < Number(count ?? 0); i++) {
    outbox.transaction(add);
    // Lets the other processes, and the relay, have their turn.
    await new Promise(setImmediate);
  }
  console.log('added');
  // Ends with its standard input.
  for await (const _ of process.stdin);
  await outbox.close();
}
