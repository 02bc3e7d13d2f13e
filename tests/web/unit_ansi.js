// unit_ansi.js - ansi.js and the pure part of lines.js, without a browser.

import assert from 'node:assert/strict';
import { clientModule, test } from './lib/test.js';

const { applySgr, paletteColour, plainText, readAnsi } = await clientModule('ansi.js');
const { kindOf, splitLinks } = await clientModule('lines.js');

const texts = (read) => read.lines.map(plainText);

test('ansi: text without colours is lines and a rest', () => {
	const read = readAnsi('one\r\ntwo\nthree');
	assert.deepEqual(texts(read), ['one', 'two']);
	assert.equal(plainText(read.rest), 'three');
	assert.deepEqual(readAnsi('one\r\n').rest, []);
});

test('ansi: colours and attributes begin and end where they say', () => {
	const [line] = readAnsi('a\x1b[1;31mb\x1b[22mc\x1b[0md\r\n').lines;
	assert.deepEqual(
		line.map((run) => [run.text, run.style]),
		[
			['a', {}],
			['b', { bold: true, fg: 1 }],
			['c', { fg: 1 }],
			['d', {}],
		],
	);
});

test('ansi: a style goes on over the end of a line, not over the end of a message', () => {
	const read = readAnsi('\x1b[92mx\r\ny');
	assert.deepEqual(read.rest, [{ text: 'y', style: { fg: 10 } }]);
	assert.deepEqual(readAnsi('z').rest, [{ text: 'z', style: {} }]);
});

test('ansi: 256 colours and true colour are read, nonsense of them is not', () => {
	assert.deepEqual(applySgr({}, '38;5;208'), { fg: [255, 135, 0] });
	assert.deepEqual(applySgr({}, '48;2;1;2;3'), { bg: [1, 2, 3] });
	assert.deepEqual(applySgr({ fg: 1 }, '38;5;999'), { fg: 1 });
	assert.deepEqual(applySgr({}, '38;2;1'), {});
	assert.equal(paletteColour(7), 7);
	assert.deepEqual(paletteColour(255), [238, 238, 238]);
});

test('ansi: other escape sequences and control characters are left out', () => {
	const nasty =
		'a\x1b[2Jb\x1b]0;title\x07c\x1b]8;;http://x\x1b\\d\x1bPq\x1b\\e\x07\x08\x00f\x9bg\x1b[?25lh\x1b';
	assert.equal(plainText(readAnsi(nasty).rest), 'abcdefgh');
});

test('ansi: the same runs come out however long the text is', () => {
	const piece = '\x1b[31mred\x1b[0m plain\r\n';
	const read = readAnsi(piece.repeat(2000));
	assert.equal(read.lines.length, 2000);
	assert.ok(read.lines.every((line) => plainText(line) === 'red plain'));
});

test('lines: addresses become links without the sentence around them', () => {
	const links = (text) =>
		splitLinks(text)
			.filter((p) => p.href)
			.map((p) => p.href);
	assert.deepEqual(links('see https://a.example/x?y=1, or (http://b.example/c_(d)).'), [
		'https://a.example/x?y=1',
		'http://b.example/c_(d)',
	]);
	assert.deepEqual(
		links('javascript:alert(1) data:text/html,x ftp://a https:// http://'),
		[],
	);
	const all = 'x https://a.example.';
	assert.equal(
		splitLinks(all)
			.map((p) => p.text)
			.join(''),
		all,
	);
});

test('lines: tables and drawings are known by their gaps', () => {
	assert.equal(kindOf('Ana      12 min'), 'table');
	assert.equal(kindOf('     ___'), 'drawing');
	assert.equal(kindOf("  | |\\/| | | | |  / _ \\ | |_) | ' /"), 'drawing');
	assert.equal(kindOf('Two hundred yards of grey mud.  And shingle.'), '');
	assert.equal(kindOf('"Well..." she says - and goes.'), '');
});
