// lines.js - runs of text become nodes: the only place where words of the server reach the page.
//
// They arrive as text nodes, never as markup.  Addresses become links that open elsewhere and tell
// nothing of where they came from.

const ADDRESS = /https?:\/\/[^\s<>"'`\u00a0]+/gi;
const ENDINGS = /[.,;:!?'"\u2019\u201d\u2026]+$/;

// Without what belongs to the sentence around it: a full stop, a bracket that was opened before it.
function trimAddress(address) {
	let text = address.replace(ENDINGS, '');
	for (const [open, close] of ['()', '[]', '{}'])
		while (text.endsWith(close) && text.split(open).length < text.split(close).length)
			text = text.slice(0, -1).replace(ENDINGS, '');
	return text;
}

function isAddress(text) {
	try {
		const url = new URL(text);
		return (url.protocol === 'http:' || url.protocol === 'https:') && url.host !== '';
	} catch {
		return false;
	}
}

// 'see https://a.example.' -> [{ text: 'see ' }, { text: 'https://a.example', href }, { text: '.'
// }]
export function splitLinks(text) {
	const pieces = [];
	let at = 0;
	for (const match of text.matchAll(ADDRESS)) {
		const address = trimAddress(match[0]);
		if (!isAddress(address)) continue;
		if (match.index > at) pieces.push({ text: text.slice(at, match.index) });
		pieces.push({ text: address, href: address });
		at = match.index + address.length;
	}
	if (at < text.length) pieces.push({ text: text.slice(at) });
	return pieces;
}

export function linkNode(piece) {
	if (!piece.href) return document.createTextNode(piece.text);
	const a = document.createElement('a');
	a.href = piece.href;
	a.target = '_blank';
	a.rel = 'noopener noreferrer';
	a.referrerPolicy = 'no-referrer';
	a.textContent = piece.text;
	return a;
}

const CLASSES = {
	bold: 'b',
	dim: 'd',
	italic: 'i',
	underline: 'u',
	strike: 's',
	inverse: 'v',
};

function paint(span, name, colour) {
	if (Array.isArray(colour)) {
		span.classList.add(`${name}-rgb`);
		span.style.setProperty(`--${name}`, `rgb(${colour.join(' ')})`);
	} else if (colour !== undefined) {
		span.classList.add(`${name}${colour}`);
	}
}

function runNode(run) {
	const nodes = splitLinks(run.text).map(linkNode);
	if (Object.keys(run.style).length === 0) return nodes;
	const span = document.createElement('span');
	for (const [key, name] of Object.entries(CLASSES))
		if (run.style[key]) span.classList.add(name);
	paint(span, 'f', run.style.fg);
	paint(span, 'g', run.style.bg);
	span.append(...nodes);
	return [span];
}

// 'drawing': letters used as lines; 'table': columns, which are kept as long as there is room for
// them; '': prose.
export function kindOf(text) {
	if (isDrawn(text)) return 'drawing';
	return /\S {3,}\S|\S\t|^ {3,}\S/.test(text) ? 'table' : '';
}

function isDrawn(text) {
	if (/[\u2500-\u259f]/.test(text)) return true;
	const marks = text.match(/[^\s]/g) ?? [];
	const strokes = text.match(/[_|/\\#=~<>^*+-]/g) ?? [];
	return strokes.length >= 3 && strokes.length * 2 >= marks.length;
}

// Lines that keep their columns whatever the font.
export function blockNode(kind, lines) {
	const block = document.createElement('div');
	block.className = `aligned ${kind}`;
	block.append(...lines.map(lineNode));
	const widths = [...block.children].map((line) => line.textContent.length);
	block.style.setProperty('--columns', String(Math.max(...widths)));
	if (kind === 'drawing') {
		block.setAttribute('role', 'group');
		block.setAttribute('aria-label', 'Drawing');
	}
	return block;
}

// The name of a room is a heading: one run, bold and bright yellow, alone on its line.
function isHeading(runs) {
	return runs.length === 1 && runs[0].style.bold && runs[0].style.fg === 11;
}

export function lineNode(runs) {
	const line = document.createElement('div');
	line.className = 'line';
	if (isHeading(runs)) {
		line.classList.add('title');
		line.setAttribute('role', 'heading');
		line.setAttribute('aria-level', '3');
	}
	for (const run of runs) line.append(...runNode(run));
	return line;
}
