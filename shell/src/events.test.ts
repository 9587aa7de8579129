import { expect, test } from 'vitest';
import { createEventBus } from './events.ts';

declare module '@tessera/contract' {
  interface TesseraEvents {
    'test:number': number;
  }
}

test('a listener hears what is emitted until it stops', () => {
  const bus = createEventBus();
  const heard: number[] = [];

  const stop = bus.on('test:number', (value) => heard.push(value));
  bus.emit('test:number', 1);
  stop();
  bus.emit('test:number', 2);

  expect(heard).toEqual([1]);
});

test('a listener stops with its signal, and never starts with an aborted one', () => {
  const bus = createEventBus();
  const heard: number[] = [];
  const end = new AbortController();

  bus.on('test:number', (value) => heard.push(value), end);
  end.abort();
  bus.on('test:number', (value) => heard.push(value), end);
  bus.emit('test:number', 1, { sticky: true });

  expect(heard).toEqual([]);
});

test('a late listener gets the last sticky detail, and no other', () => {
  const bus = createEventBus();
  const heard: number[] = [];

  bus.emit('test:number', 1, { sticky: true });
  bus.emit('test:number', 2, { sticky: true });
  bus.emit('test:number', 3);
  bus.on('test:number', (value) => heard.push(value));

  expect(heard).toEqual([2]);
});

test('a listener may stop itself while it is called', () => {
  const bus = createEventBus();
  const heard: string[] = [];

  const stopFirst = bus.on('test:number', () => {
    heard.push('first');
    stopFirst();
  });
  bus.on('test:number', () => heard.push('second'));
  bus.emit('test:number', 1);
  bus.emit('test:number', 2);

  expect(heard).toEqual(['first', 'second', 'second']);
});
