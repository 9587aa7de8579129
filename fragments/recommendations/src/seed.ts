/** Products that belong together, and what is said about the one beside the other. */
interface Theme {
  readonly reason: string;
  readonly skus: readonly string[];
}

/** The strongest bonds first. */
export const THEMES: readonly Theme[] = [
  { reason: 'For a slow cup of coffee', skus: ['mug-1', 'pour-over-kettle'] },
  { reason: 'For the same pot of tea', skus: ['teapot', 'tall-mug', 'serving-tray', 'mug-1'] },
  { reason: 'One for the road', skus: ['travel-mug', 'enamel-mug', 'pocket-notebooks'] },
  { reason: 'After dinner', skus: ['espresso-cup', 'candle', 'carafe', 'dinner-plate'] },
  {
    reason: 'On the same breakfast tray',
    skus: ['breakfast-bowl', 'mug-1', 'serving-tray', 'linen-towel', 'cutting-board'],
  },
  {
    reason: 'Lays the table with it',
    skus: ['dinner-plate', 'serving-bowl', 'carafe', 'linen-towel', 'nesting-bowls'],
  },
  {
    reason: 'From the same kitchen shelf',
    skus: ['storage-jar', 'nesting-bowls', 'cutting-board', 'linen-towel', 'serving-bowl'],
  },
  {
    reason: 'For the same windowsill',
    skus: ['plant-pot', 'bud-vase', 'moon-vase', 'candle'],
  },
  {
    reason: 'In the same evening light',
    skus: ['table-lamp', 'candle', 'moon-vase', 'bookends', 'wall-clock'],
  },
  {
    reason: 'For the same first page',
    skus: ['notebook', 'fountain-pen', 'pocket-notebooks', 'pencil-set', 'week-planner'],
  },
  {
    reason: 'For long letters',
    skus: ['letter-set', 'fountain-pen', 'desk-lamp', 'notebook'],
  },
  {
    reason: 'For the same desk',
    skus: ['pen-cup', 'bookends', 'desk-lamp', 'week-planner', 'wall-clock', 'pencil-set'],
  },
  {
    reason: 'The same clay and the same kiln',
    skus: ['mug-1', 'tall-mug', 'espresso-cup', 'breakfast-bowl', 'teapot', 'dinner-plate'],
  },
  {
    reason: 'Often bought together',
    skus: ['pour-over-kettle', 'carafe', 'espresso-cup', 'storage-jar', 'enamel-mug', 'travel-mug'],
  },
];

/** For a product that belongs to no theme, or whose themes are small. */
export const FAVOURITES: readonly string[] = ['mug-1', 'table-lamp', 'notebook', 'moon-vase'];

/** What was in the same order, and how often. */
export const PAIRS: readonly (readonly [sku: string, other: string, times: number])[] = [
  ['mug-1', 'breakfast-bowl', 214],
  ['teapot', 'tall-mug', 187],
  ['notebook', 'fountain-pen', 171],
  ['espresso-cup', 'serving-tray', 139],
  ['dinner-plate', 'serving-bowl', 126],
  ['letter-set', 'fountain-pen', 104],
  ['bud-vase', 'moon-vase', 92],
  ['table-lamp', 'candle', 88],
  ['pen-cup', 'pencil-set', 73],
  ['travel-mug', 'pocket-notebooks', 61],
  ['linen-towel', 'cutting-board', 58],
  ['desk-lamp', 'week-planner', 47],
];
