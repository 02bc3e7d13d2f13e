// unit_link.js - resume.js and link.js, without a browser: a made-up WebSocket and a made-up clock.

import assert from 'node:assert/strict';
import { clientModule, test } from './lib/test.js';

const { Resume } = await clientModule('resume.js');
const { backOff, judgeClose, Link, parseGmcp, SUBPROTOCOL } = await clientModule('link.js');

const TOKEN = 'ab'.repeat(32);
let counter = 0;
const random = (bytes) => bytes.fill(++counter);

// ---- what is kept ----

test('resume: a line is kept until the server is done with it', () => {
	const r = new Resume({}, random);
	for (const text of ['a', 'b', 'c']) r.add(text, { sent: true });
	assert.deepEqual(
		r.takeAt({ at: '5', line: 2 }).map((line) => line.n),
		[1, 2],
	);
	assert.deepEqual(
		r.lines.map((line) => line.text),
		['c'],
	);
	assert.equal(r.at, '5');
});

test('resume: after a resume only what was not taken is sent again, in order', () => {
	const r = new Resume({ token: TOKEN, n: 3 }, random);
	for (const text of ['a', 'b', 'c']) r.add(text);
	r.request();
	assert.deepEqual(
		r.takeResumed({ line: 4 }).map((line) => line.n),
		[5, 6],
	);
});

test('resume: when an answer was lost, either token is tried', () => {
	const r = new Resume({ token: TOKEN }, random);
	const first = r.request();
	const second = r.request();
	assert.equal(second.token, TOKEN);
	assert.equal(second.next, first.next);
	const third = r.takeRefused();
	assert.equal(third.token, first.next);
	assert.notEqual(third.next, first.next);
	assert.equal(r.takeRefused(), null);
	assert.ok(!r.isPossible);
});

test('resume: a first request that is refused is not tried with a token nobody knows', () => {
	const r = new Resume({ token: TOKEN }, random);
	r.request();
	assert.equal(r.takeRefused(), null);
});

test('resume: what is stored has no secrets and reads back the same', () => {
	const r = new Resume({ token: TOKEN }, random);
	r.add('look');
	r.add('hunter2', { hidden: true });
	const text = JSON.stringify(r.saved());
	assert.ok(!text.includes('hunter2'));
	const again = new Resume(JSON.parse(text), random);
	assert.equal(again.n, 2);
	assert.deepEqual(
		again.lines.map((line) => line.text),
		['look'],
	);
	assert.deepEqual(new Resume({ token: 7, n: 'x', lines: [{}] }, random).saved().lines, []);
});

test('resume: of a lost login dialogue nothing is offered, of a lost game all but secrets', () => {
	const r = new Resume({}, random);
	r.add('Wren', { sent: true });
	assert.deepEqual(r.abandon(false), []);
	r.add('look', { sent: true });
	r.add('hunter2', { hidden: true, sent: true });
	r.add('north');
	assert.deepEqual(r.abandon(true), ['look', 'north']);
});

// ---- the connection ----

class World {
	constructor(saved) {
		this.now = 0;
		this.timers = new Map();
		this.sockets = [];
		this.events = [];
		this.stored = saved ?? null;
		const world = this;
		this.env = {
			WebSocket: class {
				constructor() {
					this.readyState = 0;
					this.protocol = SUBPROTOCOL;
					this.sent = [];
					world.sockets.push(this);
				}
				send(message) {
					this.sent.push(message);
				}
				close() {
					this.readyState = 3;
				}
			},
			load: () => this.stored,
			save: (record) => (this.stored = JSON.parse(JSON.stringify(record))),
			random: () => 0.5,
			setTimeout: (f, ms) => {
				const id = this.timers.size + 1;
				this.timers.set(id, { at: this.now + ms, f });
				return id;
			},
			clearTimeout: (id) =>
				this.timers.delete(id) && this.timers.set(id, { at: Infinity }),
		};
		const note =
			(name) =>
			(...args) =>
				this.events.push([name, ...args]);
		const names = [
			'state',
			'text',
			'gmcp',
			'hidden',
			'settled',
			'resumed',
			'refused',
			'lines',
		];
		this.link = new Link(
			'ws://x/ws',
			this.env,
			Object.fromEntries(names.map((n) => [n, note(n)])),
		);
		this.link.resume.random = random;
		this.link.start();
	}

	get socket() {
		return this.sockets[this.sockets.length - 1];
	}

	open() {
		this.socket.readyState = 1;
		this.socket.onopen();
	}

	says(...messages) {
		for (const message of messages) this.socket.onmessage({ data: message });
	}

	text(text) {
		this.says(new TextEncoder().encode(text).buffer);
	}

	breaks(code = 1006, reason = '') {
		this.socket.onclose({ code, reason });
	}

	// Until the next timer and what it does.
	wait() {
		const [id, timer] = [...this.timers].sort((a, b) => a[1].at - b[1].at)[0];
		this.timers.set(id, { at: Infinity });
		this.now = timer.at;
		timer.f();
	}

	sent(name) {
		return this.socket.sent
			.filter((m) => m.startsWith(`${name} `))
			.map((m) => JSON.parse(m.slice(name.length + 1)));
	}

	texts() {
		return this.events.filter(([name]) => name === 'text').map(([, text]) => text);
	}
}

function playing() {
	const world = new World();
	world.open();
	world.text('Welcome.\r\nName: ');
	world.says(
		`Mudlark.Session.Token {"token":"${TOKEN}","grace":300}`,
		'Mudlark.Session.At {"at":"9","line":0}',
	);
	return world;
}

test('link: it says what it is, what it supports and how wide it is before anything else', () => {
	const world = new World();
	world.open();
	assert.deepEqual(
		world.socket.sent.map((m) => m.split(' ')[0]),
		['Core.Hello', 'Core.Supports.Set', 'Mudlark.Terminal'],
	);
	assert.equal(world.link.state, 'login');
});

test('link: a lost connection is resumed with the place and the token, and lines follow in order', () => {
	const world = playing();
	world.link.line('one');
	world.breaks();
	assert.equal(world.link.state, 'waiting');
	world.link.line('two');
	world.link.line('three');
	assert.deepEqual(
		world.sent('Mudlark.Session.Line').map((l) => l.text),
		['one'],
	);
	world.wait();
	world.open();
	const [request] = world.sent('Mudlark.Session.Resume');
	assert.equal(request.token, TOKEN);
	assert.equal(request.at, '9');
	world.text('Welcome.\r\nName: ');
	world.says('Mudlark.Session.Resumed {"line":1,"gap":false}');
	world.text('You missed this.\r\n> ');
	assert.deepEqual(world.sent('Mudlark.Session.Line'), [
		{ n: 2, text: 'two' },
		{ n: 3, text: 'three' },
	]);
	assert.deepEqual(world.texts(), ['Welcome.\r\nName: ', 'You missed this.\r\n> ']);
	assert.equal(world.link.state, 'playing');
});

test('link: a refused resume shows the dialogue and offers what was typed, without sending it', () => {
	const world = playing();
	world.breaks();
	world.link.line('say hello');
	world.wait();
	world.open();
	world.text('Welcome.\r\nName: ');
	world.says('Mudlark.Session.Refused {"why":"Too late."}');
	assert.deepEqual(
		world.events.find(([name]) => name === 'refused'),
		['refused', 'Too late.'],
	);
	assert.deepEqual(world.sent('Mudlark.Session.Line'), []);
	const state = world.events.filter(([name]) => name === 'state').pop();
	assert.deepEqual(state, ['state', 'login', { unsent: ['say hello'], owner: '' }]);
	assert.equal(world.texts().pop(), 'Welcome.\r\nName: ');
});

test('link: a silent server is asked, and given up when it says nothing', () => {
	const world = playing();
	world.wait();
	assert.equal(world.socket.sent.pop(), 'Core.Ping');
	world.wait();
	assert.equal(world.link.state, 'waiting');
});

test('link: an answer to the question keeps the connection', () => {
	const world = playing();
	world.wait();
	world.says('Core.Ping');
	world.wait();
	assert.equal(world.socket.sent.pop(), 'Core.Ping');
	assert.equal(world.link.state, 'playing');
});

test('link: a password is never kept for a later connection', () => {
	const world = playing();
	world.breaks();
	assert.equal(world.link.line('hunter2', { hidden: true }), null);
	assert.ok(!JSON.stringify(world.stored).includes('hunter2'));
});

test('link: a line that was sent waits again when the connection is lost before it is done', () => {
	const world = playing();
	world.link.line('one');
	world.link.line('two');
	world.breaks();
	const [, lines] = world.events.filter(([name]) => name === 'lines').pop();
	assert.deepEqual(
		lines.map((line) => [line.text, line.sent]),
		[
			['one', false],
			['two', false],
		],
	);
});

test('link: the server is asked soon when it does not answer what was typed', () => {
	const world = playing();
	world.link.line('one');
	world.link.line('two');
	world.wait();
	assert.equal(world.now, 4000);
	assert.equal(world.socket.sent.pop(), 'Core.Ping');
	world.link.line('three');
	world.wait();
	assert.equal(world.link.state, 'waiting');
});

test('link: at a secret question nothing waits, and it is one again after a resume', () => {
	const world = playing();
	const hidden = () => world.events.filter(([name]) => name === 'hidden').pop()?.[1];
	world.says('Mudlark.Input {"hidden":true}');
	world.breaks();
	assert.equal(hidden(), true);
	assert.equal(world.link.line('hunter2'), null);
	assert.ok(!JSON.stringify(world.stored).includes('hunter2'));
	assert.equal(world.stored.secret, true);
	world.wait();
	world.open();
	world.says('Mudlark.Input {"hidden":false}', 'Mudlark.Input {"hidden":true}');
	world.says('Mudlark.Session.Resumed {"line":0,"gap":false}');
	assert.equal(hidden(), true);
});

test('link: without a game nothing waits; the login dialogue begins with plain questions', () => {
	const world = new World();
	assert.equal(world.link.line('Wren'), null);
	world.open();
	world.says('Mudlark.Input {"hidden":true}');
	world.breaks(1008, 'login_timeout');
	assert.equal(world.link.state, 'closed');
	assert.equal(world.link.line('hunter2'), null);
	world.link.start();
	assert.equal(world.link.line('hunter2'), null);
	world.open();
	assert.deepEqual(world.events.filter(([name]) => name === 'hidden').pop(), [
		'hidden',
		false,
	]);
});

test('link: it comes back when the server restarts, and stays away when one has left', () => {
	const world = playing();
	world.breaks(1012, 'shutdown');
	assert.equal(world.link.state, 'waiting');
	const other = playing();
	other.breaks(1000, 'quit');
	assert.equal(other.link.state, 'closed');
	assert.equal(other.stored.token, undefined);
	assert.equal(judgeClose(1013, '').least > judgeClose(1006, '').least, true);
	assert.equal(judgeClose(1000, 'moved').why, 'moved');
	assert.equal(judgeClose(1000, 'taken_over').why, 'moved');
});

test('link: tries come later and later, never in step, never beyond a bound', () => {
	const waits = [0, 1, 2, 3, 8, 20].map((tries) => backOff(tries, 1));
	assert.deepEqual(
		[...waits].sort((a, b) => a - b),
		waits,
	);
	assert.ok(waits[5] <= 15000);
	assert.ok(backOff(3, 0) < backOff(3, 1));
});

test('link: malformed messages are passed over', () => {
	assert.equal(parseGmcp('Room.Info {"num":'), null);
	const world = playing();
	world.says(
		'Room.Info {"num":',
		'Mudlark.Session.At []',
		'Mudlark.Session.Token 7',
		'Core.Ping',
		'',
	);
	assert.equal(world.link.state, 'playing');
});
