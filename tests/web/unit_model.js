// unit_model.js - what GMCP makes of the model, the map and completion, without a browser.

import assert from 'node:assert/strict';
import { clientModule, test } from './lib/test.js';

const {
	applyGmcp,
	emptyModel,
	nounOf,
	readCoords,
	readVitals,
	restoreTalk,
	settleTalk,
	settledTalk,
} = await clientModule('model.js');
const { Atlas } = await clientModule('atlas.js');
const { complete, History, Words } = await clientModule('complete.js');

test('model: vitals are pairs by name', () => {
	assert.deepEqual(readVitals({ hp: 3, maxhp: '20', mp: 1, mp_max: 4, xp: 7, x: 'no' }), [
		{ key: 'hp', now: 3, most: 20 },
		{ key: 'mp', now: 1, most: 4 },
		{ key: 'xp', now: 7, most: undefined },
	]);
});

test('model: things come, change and go', () => {
	const m = emptyModel();
	applyGmcp(m, 'Char.Items.List', { location: 'inv', items: [{ id: '1', name: 'a penny' }] });
	applyGmcp(m, 'char.items.add', { location: 'inv', item: { id: '2', name: 'a tin' } });
	applyGmcp(m, 'Char.Items.Update', { location: 'inv', item: { id: '2', name: 'a box' } });
	assert.equal(
		applyGmcp(m, 'Char.Items.Remove', { location: 'inv', item: { id: '1' } }),
		'inv',
	);
	assert.deepEqual(
		m.items.inv.map((i) => i.name),
		['a box'],
	);
});

test('model: people come and go', () => {
	const m = emptyModel();
	applyGmcp(m, 'Room.Players', [{ name: 'Ana', fullname: 'Ana the Bold' }]);
	applyGmcp(m, 'Room.AddPlayer', { name: 'Wren' });
	applyGmcp(m, 'Room.RemovePlayer', 'Ana');
	assert.deepEqual(m.players, [{ name: 'Wren', fullname: 'Wren' }]);
});

test('model: nonsense of every kind changes nothing and throws nothing', () => {
	const bodies = [
		undefined,
		null,
		7,
		'x',
		[],
		{},
		[null],
		{ items: 3 },
		{ location: '__proto__' },
		{ name: {} },
	];
	for (const name of [
		'char.name',
		'char.vitals',
		'room.info',
		'room.players',
		'room.addplayer',
		'room.removeplayer',
		'char.items.list',
		'char.items.add',
		'char.items.update',
		'comm.channel.text',
		'comm.channel.list',
		'no.such',
	])
		for (const body of bodies) applyGmcp(emptyModel(), name, body);
	assert.equal(readCoords('1,a,b', ''), null);
	assert.deepEqual(readCoords('7,1,-2,3', ''), { area: '7', x: 1, y: -2, z: 3 });
});

test('model: what one does on a channel stays what one does over a reload', () => {
	const model = emptyModel();
	const again = emptyModel();
	applyGmcp(model, 'comm.channel.text', {
		channel: 'chat',
		talker: 'Ana',
		text: 'waves',
		emote: true,
	});
	applyGmcp(model, 'comm.channel.text', { channel: 'chat', talker: 'Ana', text: 'hello' });
	settleTalk(model);
	restoreTalk(again, settledTalk(model));
	assert.deepEqual(
		again.talk.map((line) => line.isEmote),
		[true, false],
	);
});

test('model: a thing is asked for without its article', () => {
	assert.equal(nounOf('a copper penny'), 'copper penny');
	assert.equal(nounOf('Ana'), 'Ana');
});

const room = (num, exits, coords = null) => ({
	num,
	name: `room ${num}`,
	area: 'x',
	environment: '',
	coords,
	exits,
});

test('atlas: rooms lie where the ways lead, and only a neighbour has a way', () => {
	const atlas = new Atlas();
	atlas.visit(room('1', { e: '2' }));
	atlas.visit(room('2', { w: '1', n: '3' }));
	const spots = Object.fromEntries(
		atlas.layout().map((s) => [s.num, [s.x, s.y, s.way?.long ?? null]]),
	);
	assert.deepEqual(spots, { 2: [0, 0, null], 1: [-1, 0, 'west'], 3: [0, 1, 'north'] });
});

test('atlas: coordinates of the server win over the ways', () => {
	const atlas = new Atlas();
	const at = (x, y) => ({ area: 'a', x, y, z: 0 });
	atlas.visit(room('1', { e: '2' }, at(0, 0)));
	atlas.visit(room('2', { w: '1' }, at(3, 1)));
	assert.deepEqual(
		atlas.layout().map((s) => [s.num, s.x, s.y]),
		[
			['2', 0, 0],
			['1', -3, -1],
		],
	);
});

test('atlas: a secret room is nowhere, and the atlas reads back the same', () => {
	const atlas = new Atlas();
	atlas.visit(room('1', { e: '-1' }));
	assert.deepEqual(
		atlas.layout().map((s) => s.num),
		['1'],
	);
	atlas.visit(room('-1', { w: '1' }));
	assert.deepEqual(atlas.layout(), []);
	const again = new Atlas(JSON.parse(JSON.stringify(atlas.saved())));
	again.visit(room('1', {}));
	assert.equal(again.rooms.size, 1);
});

test('complete: the first word is a command, others are what is near, then words of the text', () => {
	const pools = { near: ['Marrable', 'penny'], words: ['mud', 'marsh'] };
	assert.equal(complete('lo', 2, pools).options[0], 'look');
	assert.deepEqual(complete('look ma', 7, pools).options, ['marrable', 'marsh']);
	assert.deepEqual(complete('get 2.pe', 8, pools), {
		start: 6,
		word: 'pe',
		options: ['penny'],
	});
	assert.deepEqual(complete('', 0, pools).options, []);
});

test('history: it goes back and forth and keeps what was being typed', () => {
	const h = new History();
	for (const line of ['look', 'look', 'north']) h.add(line);
	assert.deepEqual(
		[h.step(-1, 'dra'), h.step(-1, ''), h.step(-1, '')],
		['north', 'look', null],
	);
	assert.deepEqual([h.step(1, ''), h.step(1, ''), h.step(1, '')], ['north', 'dra', null]);
});

test('words: the newest come first and the oldest are forgotten', () => {
	const w = new Words();
	w.learn('mud shingle mud');
	assert.deepEqual(w.newest(), ['mud', 'shingle']);
	for (let i = 0; i < 700; i++) w.learn(`word${i}`);
	assert.equal(w.newest().length, 600);
});
