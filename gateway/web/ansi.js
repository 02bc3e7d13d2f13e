// ansi.js - text with ANSI colours (SGR) becomes lines of runs: plain data, no DOM.
//
// Of all escape sequences only SGR means anything; every other one, and every control character but
// tab and line end, is left out.  One message of the server is read by itself: colours do not
// outlive it.

const PLAIN = Object.freeze({});

// What an SGR number sets; colours are in setColour().
const ATTRIBUTES = {
	1: { bold: true },
	2: { dim: true },
	3: { italic: true },
	4: { underline: true },
	7: { inverse: true },
	9: { strike: true },
	21: { underline: true },
	22: { bold: false, dim: false },
	23: { italic: false },
	24: { underline: false },
	27: { inverse: false },
	29: { strike: false },
	39: { fg: undefined },
	49: { bg: undefined },
};

// SGR | other CSI | OSC, DCS and the like up to their end | ESC and one character | a lone ESC
const ESCAPE =
	/\x1b\[([0-9;:]*)m|\x1b\[[0-?]*[ -/]*[@-~]?|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -~]?/;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

// Number 16 to 255 of the palette of 256 as [r, g, b]; below it is a name of its own.
export function paletteColour(n) {
	if (n < 16) return n;
	if (n >= 232) return Array(3).fill(8 + 10 * (n - 232));
	const step = (v) => (v ? 55 + 40 * v : 0);
	const cube = n - 16;
	return [step(Math.floor(cube / 36)), step(Math.floor(cube / 6) % 6), step(cube % 6)];
}

// 38;5;n and 38;2;r;g;b: returns the colour and how many numbers it took, or null.
function extendedColour(codes, at) {
	const isByte = (v) => v >= 0 && v <= 255;
	if (codes[at] === 5 && isByte(codes[at + 1]))
		return { colour: paletteColour(codes[at + 1]), took: 2 };
	const rgb = codes.slice(at + 1, at + 4);
	if (codes[at] === 2 && rgb.length === 3 && rgb.every(isByte))
		return { colour: rgb, took: 4 };
	return null;
}

function namedColour(code) {
	if (code >= 30 && code <= 37) return { fg: code - 30 };
	if (code >= 90 && code <= 97) return { fg: code - 90 + 8 };
	if (code >= 40 && code <= 47) return { bg: code - 40 };
	if (code >= 100 && code <= 107) return { bg: code - 100 + 8 };
	return null;
}

// The style after the numbers of one SGR sequence.
export function applySgr(style, params) {
	const codes = params === '' ? [0] : params.split(/[;:]/).map(Number);
	let next = { ...style };
	for (let i = 0; i < codes.length; i++) {
		const code = codes[i];
		if (code === 0) {
			next = {};
		} else if (code === 38 || code === 48) {
			const found = extendedColour(codes, i + 1);
			if (!found) break;
			next[code === 38 ? 'fg' : 'bg'] = found.colour;
			i += found.took;
		} else {
			Object.assign(next, ATTRIBUTES[code] ?? namedColour(code));
		}
	}
	for (const key of Object.keys(next))
		if (next[key] === undefined || next[key] === false) delete next[key];
	return next;
}

// 'text' -> { lines: [[{ text, style }]], rest: [{ text, style }] }: `rest` is what stands behind
// the last line end, the prompt.
export function readAnsi(text) {
	const lines = [];
	let line = [];
	let style = PLAIN;
	const add = (piece) => {
		const clean = piece.replace(CONTROLS, '');
		if (clean) line.push({ text: clean, style });
	};
	const addLines = (piece) => {
		const parts = piece.split(/\r\n|\n|\r(?!\n)/);
		parts.forEach((part, i) => {
			add(part);
			if (i < parts.length - 1) {
				lines.push(line);
				line = [];
			}
		});
	};
	for (let left = text; left;) {
		const found = ESCAPE.exec(left);
		addLines(found ? left.slice(0, found.index) : left);
		if (!found) break;
		if (found[1] !== undefined) style = applySgr(style, found[1]);
		left = left.slice(found.index + found[0].length);
	}
	return { lines, rest: line };
}

export function plainText(runs) {
	return runs.map((run) => run.text).join('');
}
