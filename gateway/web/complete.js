// complete.js - what was typed before, and how a word could go on: plain data, no DOM.

const HISTORY_MAX = 200;
const WORDS_MAX = 600;

export const COMMANDS = [
	'look',
	'say',
	'get',
	'drop',
	'put',
	'give',
	'inventory',
	'examine',
	'read',
	'tell',
	'emote',
	'who',
	'score',
	'exits',
	'help',
	'north',
	'east',
	'south',
	'west',
	'up',
	'down',
	'quit',
	'save',
	'title',
	'think',
	'password',
];

export class History {
	constructor(saved = []) {
		this.lines = saved.filter((line) => typeof line === 'string').slice(-HISTORY_MAX);
		this.at = this.lines.length;
		this.draft = '';
	}

	add(line) {
		if (line !== '' && line !== this.lines[this.lines.length - 1])
			this.lines = [...this.lines, line].slice(-HISTORY_MAX);
		this.at = this.lines.length;
		this.draft = '';
	}

	// One step back (-1) or forth (1) from what is in the field now; null: there is no further.
	step(direction, current) {
		const to = this.at + direction;
		if (to < 0 || to > this.lines.length) return null;
		if (this.at === this.lines.length) this.draft = current;
		this.at = to;
		return to === this.lines.length ? this.draft : this.lines[to];
	}
}

// Words of the text, the newest first.
export class Words {
	constructor() {
		this.known = new Map();
	}

	learn(text) {
		for (const word of text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]{2,}/gu) ?? []) {
			const key = word.toLowerCase();
			this.known.delete(key);
			this.known.set(key, word);
		}
		for (const key of this.known.keys()) {
			if (this.known.size <= WORDS_MAX) break;
			this.known.delete(key);
		}
	}

	newest() {
		return [...this.known.keys()].reverse();
	}
}

// How the word that ends at `caret` could go on: { start, word, options }.  `near` (exits, things,
// people) come before `words` of the text; the first word of a line is a command first.
export function complete(line, caret, { commands = COMMANDS, near = [], words = [] }) {
	const before = line.slice(0, caret);
	const start = before.search(/[^\s.]*$/);
	const word = before.slice(start);
	const isFirst = before.slice(0, start).trim() === '';
	const pool = isFirst ? [...commands, ...near, ...words] : [...near, ...words];
	const key = word.toLowerCase();
	const fits = pool.filter(
		(one) => one.toLowerCase().startsWith(key) && one.toLowerCase() !== key,
	);
	return {
		start,
		word,
		options: key === '' ? [] : [...new Set(fits.map((one) => one.toLowerCase()))],
	};
}
