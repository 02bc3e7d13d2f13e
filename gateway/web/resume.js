// resume.js - what is needed to go on where a connection was lost: plain data, no socket, no DOM.
//
//	token	by which the session can be taken up again.  It counts once, so we choose the one that
//		follows it ourselves (`next`): when the answer to a request is lost with the connection,
//		one of the two is still good.  `asked` counts requests with this pair.
//	at	up to where the server's text has been shown
//	n	number of the last line typed; it grows over connections
//	lines	typed lines the server has not said it is done with: { n, text, hidden, sent }
//	secret	what is typed next is secret; kept, so that a page that is loaded again knows it
//	owner	who plays: what was typed is offered to nobody else
//
// Hidden lines (passwords) are never written anywhere.

export function makeToken(random = (bytes) => crypto.getRandomValues(bytes)) {
	return Array.from(random(new Uint8Array(32)), (b) => b.toString(16).padStart(2, '0')).join(
		'',
	);
}

const isToken = (token) => typeof token === 'string' && /^[0-9a-f]{64}$/i.test(token);
const isCount = (n) => Number.isSafeInteger(n) && n >= 0;

export class Resume {
	constructor(saved = {}, random = undefined) {
		this.random = random;
		this.token = isToken(saved.token) ? saved.token : undefined;
		this.next = isToken(saved.next) ? saved.next : undefined;
		this.asked = isCount(saved.asked) ? saved.asked : 0;
		this.at = typeof saved.at === 'string' ? saved.at : '0';
		this.n = isCount(saved.n) ? saved.n : 0;
		this.lines = (saved.lines ?? []).filter(
			(l) => isCount(l.n) && typeof l.text === 'string',
		);
		this.secret = saved.secret === true;
		this.owner = typeof saved.owner === 'string' ? saved.owner : '';
	}

	get isPossible() {
		return this.token !== undefined;
	}

	setToken(token) {
		this.token = token;
		this.next = undefined;
		this.asked = 0;
	}

	// A line was typed; `sent`: it goes out at once.
	add(text, { hidden = false, sent = false } = {}) {
		const line = { n: ++this.n, text, hidden, sent };
		this.lines.push(line);
		return line;
	}

	// The connection is gone: what is not known to be done waits again.
	takeLoss() {
		for (const line of this.lines) line.sent = false;
	}

	// Mudlark.Session.Token
	takeToken(message) {
		if (!isToken(message?.token)) return false;
		this.setToken(message.token);
		return true;
	}

	// Mudlark.Session.At; returns the lines that are done.
	takeAt(message) {
		if (typeof message?.at === 'string') this.at = message.at;
		return this.dropUpTo(message?.line);
	}

	dropUpTo(n) {
		if (!isCount(n)) return [];
		const done = this.lines.filter((line) => line.n <= n);
		this.lines = this.lines.filter((line) => line.n > n);
		this.n = Math.max(this.n, n);
		return done;
	}

	// The body of Mudlark.Session.Resume, or null when there is nothing to try.
	request() {
		if (!this.isPossible) return null;
		this.next ??= makeToken(this.random);
		this.asked++;
		return { token: this.token, at: this.at, next: this.next };
	}

	// Mudlark.Session.Resumed; returns the lines to send again, in order.
	takeResumed(message) {
		this.setToken(this.next);
		this.dropUpTo(message?.line);
		for (const line of this.lines) line.sent = true;
		return [...this.lines];
	}

	// Mudlark.Session.Refused.  An earlier request whose answer was lost may have made `next`
	// the good one: returns the request for it, or null.
	takeRefused() {
		const next = this.asked > 1 ? this.next : undefined;
		this.setToken(next);
		return this.request();
	}

	// There is nothing to go on with.  Returns what was typed in the game and is not known to
	// be done, without secrets.  Answers to a login dialogue (`played` false) are no commands.
	abandon(played) {
		const kept = this.lines.filter((line) => played && !line.hidden);
		this.setToken(undefined);
		this.lines = [];
		this.at = '0';
		return kept.map((line) => line.text);
	}

	saved() {
		const { token, next, asked, at, n, secret, owner } = this;
		return {
			token,
			next,
			asked,
			at,
			n,
			secret,
			owner,
			lines: this.lines.filter((line) => !line.hidden),
		};
	}
}
