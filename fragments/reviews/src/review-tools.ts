/** How the visitor wants the reviews. */
export interface ReviewOrder {
  readonly by: 'newest' | 'best' | 'worst';
  /** Only those with this many stars; 0 for all. */
  readonly stars: number;
}

/** Two lists to choose from: which reviews, in which order. Calls `onChange` with every choice. */
export function createTools(onChange: (order: ReviewOrder) => void): DocumentFragment {
  const by = select('Sort by', [
    ['newest', 'Newest first'],
    ['best', 'Best first'],
    ['worst', 'Worst first'],
  ]);
  const stars = select('Show', [
    ['0', 'All stars'],
    ...[5, 4, 3, 2, 1].map((n): [string, string] => [
      String(n),
      `${n} ${n === 1 ? 'star' : 'stars'}`,
    ]),
  ]);
  const changed = () => {
    onChange({ by: by.choice.value as ReviewOrder['by'], stars: Number(stars.choice.value) });
  };
  by.choice.addEventListener('change', changed);
  stars.choice.addEventListener('change', changed);
  const tools = new DocumentFragment();
  tools.append(by.label, stars.label);
  return tools;
}

function select(title: string, options: readonly (readonly [value: string, text: string])[]) {
  const choice = document.createElement('select');
  choice.append(...options.map(([value, text]) => new Option(text, value)));
  const label = document.createElement('label');
  label.append(`${title} `, choice);
  return { label, choice };
}
