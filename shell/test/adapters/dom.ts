import { domWidget } from '@tessera/fragment/dom';

/** Listens to all that a widget may listen to, and holds something worth noticing. */
export default domWidget<{ text: string }>((root, { text }, { events, signal }) => {
  const held = new Array(10_000).fill(Math.random());
  const button = root.querySelector('button') ?? document.createElement('button');
  let count = 0;
  const show = () => {
    button.textContent = `${text} ${count}`;
  };
  button.onclick = () => {
    count++;
    show();
  };
  addEventListener('resize', () => held, { signal });
  events.on('tick' as never, () => held, { signal });
  show();
  root.append(button);
  const timer = setInterval(() => held, 1000);
  return () => clearInterval(timer);
});
