// link.js - the connection: opens it, keeps it, opens it again, and loses no line.
//
// States: connecting -> (resuming ->) login -> playing; waiting (for the next try), closed (for
// good, until somebody asks).  While a session is being resumed, what the server says of its login
// dialogue is held back: it is shown only when the resume is refused.  Everything it needs of a
// browser comes by `env`, so that it runs without one.

import { Resume } from './resume.js';

export const SUBPROTOCOL = 'gmcp.mudstandards.org';

const SUPPORTS = [
	'Char 1',
	'Char.Items 1',
	'Room 1',
	'Comm.Channel 1',
	'Client.Media 1',
	'Mudlark.Session 1',
];

const FIRST_MS = 250;
const MOST_MS = 15000;
const BUSY_MS = 5000;
const QUIET_MS = 20000; // then we ask whether the other end is there
const ANSWER_MS = 8000; // for it to say anything
const HURRY_MS = 2500; // the same when the network is said to be gone
const OPEN_MS = 10000;
const REPLY_MS = 4000; // for what was typed to be answered, then we ask

// How long to wait before try number `tries` (0, 1, ...), given a random number below 1.
export function backOff(tries, random, least = FIRST_MS) {
	const most = Math.min(MOST_MS, Math.max(least, FIRST_MS * 2 ** tries));
	return Math.round(most * (0.5 + random / 2));
}

// What a close code means: come back (after at least so long), or stay away.
export function judgeClose(code, reason) {
	if (code === 1012) return { again: true, least: 1000, why: 'restart' };
	if (code === 1013) return { again: true, least: BUSY_MS, why: 'busy' };
	if (code === 1000)
		return { again: false, why: /moved|taken|resumed/.test(reason) ? 'moved' : 'left' };
	if (code === 1008)
		return {
			again:
				reason === 'silent' ||
				reason === 'stuck' ||
				reason === 'slow_reader',
			why: reason,
		};
	return { again: true, least: FIRST_MS, why: 'lost' };
}

// 'Room.Info {"num":1}' -> ['Room.Info', { num: 1 }]; without a body undefined; null if it is
// malformed.
export function parseGmcp(message) {
	const space = message.indexOf(' ');
	if (space < 0) return [message, undefined];
	try {
		return [message.slice(0, space), JSON.parse(message.slice(space + 1))];
	} catch {
		return null;
	}
}

export class Link {
	// hooks: state, text, gmcp, hidden, settled, resumed, refused, lines
	constructor(url, env, hooks) {
		this.url = url;
		this.env = env;
		this.hooks = hooks;
		this.resume = new Resume(env.load() ?? {});
		this.state = 'closed';
		this.socket = null;
		this.timer = 0;
		this.watch = 0;
		this.tries = 0;
		this.held = null; // messages held back while resuming
		this.terminal = {};
		this.isAwaiting = false; // an answer is due before long
	}

	// ---- for the page ----

	// A page that is loaded again at a password does not show what is typed meanwhile.
	open() {
		this.hooks.hidden(this.resume.secret);
		this.start();
	}

	start() {
		if (this.socket) return;
		this.env.clearTimeout(this.timer);
		this.setState('connecting');
		const socket = new this.env.WebSocket(this.url, [SUBPROTOCOL]);
		socket.binaryType = 'arraybuffer';
		this.socket = socket;
		socket.onopen = () => this.opened(socket);
		socket.onmessage = (event) => this.received(socket, event.data);
		socket.onclose = (event) => this.closed(socket, event.code, event.reason);
		this.expect(OPEN_MS);
	}

	// Now, not later: the network is back, somebody looks, somebody asks.
	hurry() {
		if (this.state === 'waiting') this.start();
	}

	// The network may be gone: find out soon.
	doubt() {
		if (this.isOpen) this.ask(HURRY_MS);
	}

	get isOpen() {
		return this.socket !== null && this.socket.readyState === 1;
	}

	get canSend() {
		return this.isOpen && (this.state === 'login' || this.state === 'playing');
	}

	// There is a game to go on with.
	get isKept() {
		return this.resume.isPossible;
	}

	// Lines typed while there is no connection wait.  An answer to a secret question never does,
	// nor what has no game to wait for.  Null: it was not taken.
	line(text, { hidden = false } = {}) {
		const canWait = this.isKept && !this.resume.secret && !hidden;
		if (!this.canSend && !canWait) return null;
		const line = this.resume.add(text, { hidden, sent: this.canSend });
		if (line.sent) this.sendLine(line);
		this.save();
		this.hooks.lines(this.resume.lines);
		return line;
	}

	gmcp(name, body) {
		if (this.isOpen)
			this.socket.send(
				body === undefined ? name : `${name} ${JSON.stringify(body)}`,
			);
	}

	setTerminal(terminal) {
		this.terminal = terminal;
		this.gmcp('Mudlark.Terminal', terminal);
	}

	// ---- inside ----

	setState(state, detail = {}) {
		this.state = state;
		this.hooks.state(state, detail);
	}

	save() {
		this.env.save(this.resume.saved());
	}

	setHidden(hidden) {
		this.resume.secret = hidden;
		this.save();
		this.hooks.hidden(hidden);
	}

	setOwner(name) {
		this.resume.owner = name;
		this.save();
	}

	sendLine(line) {
		const hidden = line.hidden ? { hidden: true } : {};
		this.gmcp('Mudlark.Session.Line', { n: line.n, text: line.text, ...hidden });
		if (this.isAwaiting) return;
		this.isAwaiting = true;
		this.env.clearTimeout(this.watch);
		this.watch = this.env.setTimeout(() => this.ask(ANSWER_MS), REPLY_MS);
	}

	opened(socket) {
		if (socket !== this.socket) return;
		if (socket.protocol !== SUBPROTOCOL) {
			this.drop();
			this.setState('closed', { why: 'protocol' });
			return;
		}
		this.gmcp('Core.Hello', { client: 'Mudlark web', version: '1' });
		this.gmcp('Core.Supports.Set', SUPPORTS);
		this.gmcp('Mudlark.Terminal', this.terminal);
		this.listen();
		if (!this.askToResume(this.resume.request())) this.begin([], false);
	}

	askToResume(request) {
		if (!request) return false;
		this.save();
		this.held ??= [];
		if (this.state !== 'resuming') this.setState('resuming');
		this.gmcp('Mudlark.Session.Resume', request);
		return true;
	}

	// The login dialogue, with what it has said so far.
	begin(held, played) {
		const unsent = this.resume.abandon(played);
		this.held = null;
		this.setHidden(false);
		this.setState('login', { unsent, owner: this.resume.owner });
		this.hooks.lines(this.resume.lines);
		for (const message of held) this.handle(message);
	}

	// The server is there as long as it says anything; if it is silent, it is asked.
	listen() {
		this.isAwaiting = false;
		this.env.clearTimeout(this.watch);
		this.watch = this.env.setTimeout(() => this.ask(ANSWER_MS), QUIET_MS);
	}

	ask(patience) {
		this.gmcp('Core.Ping');
		this.expect(patience);
	}

	expect(patience) {
		this.isAwaiting = true;
		this.env.clearTimeout(this.watch);
		this.watch = this.env.setTimeout(() => {
			const socket = this.socket;
			if (socket) this.closed(socket, 1006, 'silent');
		}, patience);
	}

	received(socket, data) {
		if (socket !== this.socket) return;
		this.listen();
		const message =
			typeof data === 'string'
				? { gmcp: parseGmcp(data) }
				: { text: new TextDecoder().decode(data) };
		if (message.gmcp === null) return;
		if (this.held && !message.gmcp?.[0].toLowerCase().startsWith('mudlark.session.'))
			this.held.push(message);
		else this.handle(message);
	}

	handle(message) {
		if (message.text !== undefined) {
			this.hooks.text(message.text);
			return;
		}
		const [name, body] = message.gmcp;
		const known = Link.handlers[name.toLowerCase()];
		if (known) known.call(this, body);
		else this.hooks.gmcp(name, body);
	}

	takeToken(body) {
		if (!this.resume.takeToken(body)) return;
		this.tries = 0;
		this.save();
		if (this.state !== 'playing') this.setState('playing');
	}

	takeAt(body) {
		this.resume.takeAt(body);
		this.hooks.settled(this.resume.at);
		this.hooks.lines(this.resume.lines);
		this.save();
	}

	takeResumed(body) {
		if (this.state !== 'resuming') return;
		const held = this.held ?? [];
		const again = this.resume.takeResumed(body);
		this.held = null;
		this.tries = 0;
		this.setHidden(false);
		this.hooks.resumed({ gap: body?.gap === true });
		this.setState('playing');
		// What the server says of the game itself counts; the dialogue's words do not.
		for (const message of held)
			if (message.gmcp && !/^char\.login/i.test(message.gmcp[0]))
				this.handle(message);
		for (const line of again) this.sendLine(line);
		this.hooks.lines(this.resume.lines);
	}

	takeRefused(body) {
		if (this.state !== 'resuming' || this.askToResume(this.resume.takeRefused()))
			return;
		this.hooks.refused(typeof body?.why === 'string' ? body.why : '');
		this.begin(this.held ?? [], true);
	}

	drop() {
		const socket = this.socket;
		this.socket = null;
		this.held = null;
		this.env.clearTimeout(this.watch);
		if (socket) {
			socket.onopen = socket.onmessage = socket.onclose = null;
			socket.close();
		}
	}

	closed(socket, code, reason) {
		if (socket !== this.socket) return;
		this.drop();
		this.resume.takeLoss();
		const verdict = judgeClose(code, reason);
		if (!verdict.again) {
			this.resume.abandon(true);
			this.save();
			this.tries = 0;
			this.setState('closed', { why: verdict.why, reason });
			this.hooks.lines(this.resume.lines);
			return;
		}
		if (!this.isKept) this.resume.abandon(false);
		const wait = backOff(this.tries++, this.env.random(), verdict.least);
		this.timer = this.env.setTimeout(() => this.start(), wait);
		this.setState('waiting', { why: verdict.why, wait, tries: this.tries });
		this.hooks.lines(this.resume.lines);
	}
}

Link.handlers = {
	'core.ping': () => {},
	'mudlark.input'(body) {
		this.setHidden(body?.hidden === true);
	},
	'mudlark.session.token': Link.prototype.takeToken,
	'mudlark.session.at': Link.prototype.takeAt,
	'mudlark.session.resumed': Link.prototype.takeResumed,
	'mudlark.session.refused': Link.prototype.takeRefused,
};
