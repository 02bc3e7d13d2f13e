// ways.js - the ways out of a room: names, and where they lead on paper (x to the east, y to the
// north).

// [short, long, x, y, z]
const TABLE = [
	['nw', 'northwest', -1, 1, 0],
	['n', 'north', 0, 1, 0],
	['ne', 'northeast', 1, 1, 0],
	['w', 'west', -1, 0, 0],
	['e', 'east', 1, 0, 0],
	['sw', 'southwest', -1, -1, 0],
	['s', 'south', 0, -1, 0],
	['se', 'southeast', 1, -1, 0],
	['u', 'up', 0, 0, 1],
	['d', 'down', 0, 0, -1],
	['in', 'in', 0, 0, 0],
	['out', 'out', 0, 0, 0],
];

export const WAYS = TABLE.map(([short, long, x, y, z]) => ({ short, long, x, y, z }));
const BY_NAME = new Map(
	WAYS.flatMap((way) => [
		[way.short, way],
		[way.long, way],
	]),
);

// A way nobody knows (a door with a name of its own) is its own name.
export function wayOf(name) {
	return BY_NAME.get(name) ?? { short: name, long: name, x: 0, y: 0, z: 0, isOdd: true };
}

// In the order of a compass rose, the odd ones last.
export function sortedWays(exits) {
	const rank = (name) => {
		const at = WAYS.indexOf(wayOf(name));
		return at < 0 ? WAYS.length : at;
	};
	return Object.keys(exits)
		.sort((a, b) => rank(a) - rank(b))
		.map(wayOf);
}
