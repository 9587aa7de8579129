type Seed = readonly [name: string, stars: number, day: string, text: string];

/** The reviews that the shop starts with, by sku. */
export const SEED: Readonly<Record<string, readonly Seed[]>> = {
  'mug-1': [
    [
      'Ines',
      5,
      '2026-09-14',
      'Heavier than it looks, in a good way. My coffee is still warm when I remember that I made one.',
    ],
    [
      'Tom H.',
      4,
      '2026-08-02',
      'Lovely glaze. One of my four had a tiny drip at the foot, which I have decided to like.',
    ],
    [
      'Maja',
      5,
      '2026-06-21',
      'Bought one, came back for five. The handle really does take four fingers.',
    ],
    [
      'Bernd',
      3,
      '2026-05-09',
      'Nice mug, but it is too wide for the cup holder of my coffee machine. Measure first.',
    ],
    ['Aoife', 5, '2026-03-30', 'Survived two children and a dishwasher for a year. Not a scratch.'],
  ],
  'enamel-mug': [
    [
      'Jonas',
      5,
      '2026-08-19',
      'Three weeks on a boat, dropped daily. One chip, and it looks better now.',
    ],
    [
      'Priya',
      4,
      '2026-07-11',
      'Light and pretty. Gets hot quickly at the rim, so give your tea a minute.',
    ],
    ['Luca', 5, '2026-04-25', 'The speckles are subtle, not like the cheap ones.'],
  ],
  'tall-mug': [
    ['Hanne', 5, '2026-10-03', 'Half a litre of tea and one trip to the kitchen fewer.'],
    [
      'Marek',
      4,
      '2026-06-17',
      'The rough half is great to hold. Hard to dry by hand at the bottom.',
    ],
  ],
  'espresso-cup': [
    [
      'Giulia',
      5,
      '2026-09-08',
      'Finally a cup that stays hot long enough. The saucer holds two biscuits, as promised.',
    ],
    ['Sam', 4, '2026-05-28', 'Small, solid, good. I would have liked a set of two.'],
  ],
  'travel-mug': [
    ['Nora', 5, '2026-09-29', 'Upside down in my bag next to a laptop, every day since May. Dry.'],
    ['Pieter', 4, '2026-07-20', 'Very good, but the seal wants a proper wash now and then.'],
    ['Wen', 5, '2026-02-12', 'Still too hot to drink after three hours. That is a compliment.'],
  ],
  'breakfast-bowl': [
    ['Clara', 5, '2026-08-27', 'The right size for everything. We own eight.'],
    [
      'Owen',
      5,
      '2026-06-02',
      'It can be carried hot. Such a simple thing, and none of my old bowls could.',
    ],
    ['Petra', 4, '2026-04-16', 'The moss colour is greyer than in the picture, but beautiful.'],
  ],
  'serving-bowl': [
    ['Annika', 5, '2026-09-01', 'It has not left the table since it arrived.'],
    [
      'Rui',
      5,
      '2026-05-19',
      'You can see that it was thrown by hand. Packed like a treasure, too.',
    ],
  ],
  'nesting-bowls': [
    [
      'Fiona',
      4,
      '2026-07-30',
      'They pour well and take up the room of one. The small one is quite small.',
    ],
    ['Henrik', 5, '2026-03-14', 'Bread dough in the big one, every Saturday.'],
  ],
  'dinner-plate': [
    ['Sofia', 5, '2026-08-08', 'No grey knife marks after half a year. I had given up hope.'],
    ['Ben', 4, '2026-06-26', 'Great plate, stacks low. Gets rather hot in the microwave.'],
  ],
  teapot: [
    [
      'Ruth',
      5,
      '2026-10-11',
      'It does not drip! Forty years of teapots and this one does not drip.',
    ],
    [
      'Kenji',
      4,
      '2026-04-04',
      'Balanced and quiet. The sieve could be a little finer for rooibos.',
    ],
    ['Liv', 5, '2026-01-23', 'The cane handle stays cool and looks better every month.'],
  ],
  'pour-over-kettle': [
    [
      'Daniel',
      5,
      '2026-09-22',
      'The pour is so slow and steady that my filter coffee became a different drink.',
    ],
    [
      'Mona',
      3,
      '2026-06-09',
      'Beautiful, but 900 ml is tight for guests. Works well on induction.',
    ],
  ],
  carafe: [
    ['Elif', 5, '2026-08-15', 'There is a bubble in mine, just below the neck. My favourite part.'],
    [
      'Joris',
      4,
      '2026-05-05',
      'The cork dried out a bit over the winter; a night in water fixed it.',
    ],
  ],
  'storage-jar': [
    ['Greta', 5, '2026-07-07', 'A whole kilo of flour and the scoop. Somebody measured.'],
    ['Paul', 4, '2026-03-21', 'The lid closes so tightly that you need both hands.'],
  ],
  'cutting-board': [
    ['Matteo', 5, '2026-09-18', 'Flat after a year of bread, and oiled only twice.'],
    ['Ingrid', 5, '2026-06-30', 'The walnut one is almost too beautiful to cut on. Almost.'],
    ['Chris', 4, '2026-02-27', 'Heavy. That is what you want from a board, but tell your shelf.'],
  ],
  'linen-towel': [
    ['Yara', 5, '2026-08-30', 'Stiff as cardboard on day one, perfect since day ten.'],
    ['Duncan', 5, '2026-05-13', 'No fluff on the glasses. Ordered six more.'],
  ],
  'serving-tray': [
    [
      'Camille',
      4,
      '2026-07-25',
      'Sunday mornings have improved. A little wider and it would fit two plates.',
    ],
    ['Oskar', 5, '2026-04-09', 'Light, and nothing slides.'],
  ],
  'desk-lamp': [
    [
      'Tessa',
      5,
      '2026-10-05',
      'Light on the page and none in my eyes, exactly as described. The dimmer is lovely.',
    ],
    [
      'Ibrahim',
      5,
      '2026-08-21',
      'The joints hold where you leave them. I have owned three lamps that could not.',
    ],
    ['Katrin', 4, '2026-03-08', 'The cable might be longer. Everything else is perfect.'],
  ],
  'table-lamp': [
    ['Leo', 5, '2026-09-26', 'The corner of our living room is where everybody sits now.'],
    ['Agnes', 4, '2026-06-12', 'Warm, soft light. Not for reading, but it never said so.'],
  ],
  candle: [
    ['Mirre', 5, '2026-08-10', 'Smells of a garden and not of a department store.'],
    ['Stefan', 4, '2026-04-30', 'Burned evenly to the end. The glass is my toothbrush cup now.'],
  ],
  'plant-pot': [
    ['Rosa', 5, '2026-07-16', 'My basil lives. Draw your own conclusions.'],
    ['Neil', 3, '2026-05-23', 'Good pot. I hoped for the agave.'],
  ],
  'wall-clock': [
    ['Franka', 5, '2026-09-12', 'Silent. I checked at three in the morning, twice.'],
    ['Abel', 4, '2026-06-04', 'Clear to read from the far end of the kitchen.'],
  ],
  'bud-vase': [
    ['Milan', 5, '2026-08-24', 'Makes one twig look like a decision.'],
    ['Joan', 5, '2026-05-16', 'A present for my sister, and then one for me.'],
  ],
  'moon-vase': [
    [
      'Sylvie',
      5,
      '2026-09-05',
      'You can feel the join with your thumb. I do it every time I walk past.',
    ],
    ['Anton', 4, '2026-02-19', 'Bigger than I imagined. Measure your shelf.'],
  ],
  notebook: [
    [
      'Hugo',
      5,
      '2026-10-01',
      'Takes a wet fountain pen without a shadow on the other side. My seventh.',
    ],
    [
      'Zoe',
      5,
      '2026-07-28',
      'Opens flat from the first page. The pocket at the back holds all my tickets.',
    ],
    ['Martin', 4, '2026-04-21', 'Please make it with lines, too.'],
  ],
  'pocket-notebooks': [
    ['Edda', 5, '2026-08-05', 'One for the kitchen, one for the jacket, one I have already lost.'],
    ['Callum', 4, '2026-05-30', 'The thread holds. The corners get soft, which I like.'],
  ],
  'week-planner': [
    ['Birgit', 5, '2026-09-03', 'No quotes, no dates, no guilt.'],
    [
      'Omar',
      4,
      '2026-06-22',
      'The card at the back really is stiff enough to write on your knees.',
    ],
  ],
  'letter-set': [
    [
      'Pauline',
      5,
      '2026-07-13',
      'I wrote to my grandmother. She wrote back and asked where the paper is from.',
    ],
    ['Erik', 4, '2026-03-26', 'The wax takes some practice. Good that there is enough of it.'],
  ],
  'fountain-pen': [
    [
      'Adele',
      5,
      '2026-09-20',
      'Writes at once, even after my holidays. Smooth and a little springy.',
    ],
    ['Viktor', 5, '2026-08-13', 'Had the nib tuned for free, came back within a week. Remarkable.'],
    ['Lena', 4, '2026-05-02', 'A fine pen. I would love a broad nib.'],
  ],
  'pencil-set': [
    ['Ida', 5, '2026-08-18', 'They smell like school in the best way.'],
    ['Robert', 4, '2026-06-07', 'Hard to use because they look so good lined up.'],
  ],
  'pen-cup': [
    ['Nele', 5, '2026-07-02', 'It does not tip, whatever I throw at it.'],
    ['George', 4, '2026-04-13', 'Matches my Harbour Mug so well that I have nearly drunk from it.'],
  ],
  bookends: [
    ['Carla', 5, '2026-08-29', 'Sixty centimetres of cookbooks, upright at last.'],
    ['Mads', 5, '2026-05-11', 'No screws, no slipping. Clever foot.'],
  ],
};
