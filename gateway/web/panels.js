// panels.js - what stands beside the text: where one is, who and what is here, how one is, what one
// carries, what was said.  It shows the model and sends commands; it knows nothing of the
// connection.

import { linkNode, splitLinks } from './lines.js';
import { nounOf } from './model.js';
import { sortedWays, WAYS } from './ways.js';

const VITAL_NAMES = {
	hp: 'Health',
	mp: 'Mana',
	sp: 'Spirit',
	ep: 'Endurance',
	mv: 'Moves',
	xp: 'Experience',
};
// What one does oneself, and what others do.
const TALK_VERBS = { say: ['say:', 'says:'], tell: ['tell:', 'tells you:'], emote: ['', ''] };
const LOW = 0.35;

function make(tag, className, ...children) {
	const node = document.createElement(tag);
	if (className) node.className = className;
	node.append(...children);
	return node;
}

function button(label, action, { className = '', name = '' } = {}) {
	const node = make('button', className, label);
	node.type = 'button';
	if (name) node.setAttribute('aria-label', name);
	node.addEventListener('click', action);
	return node;
}

// Shows rows as the children of `root`; a child whose key is the same stays, and so does the focus.
// Of a row that is gone it goes to the one in its place, or where `orElse` brings it.
function showRows(root, rows, keyOf, makeRow, orElse = null) {
	const old = new Map([...root.children].map((child) => [child.dataset.key, child]));
	const held = [...root.children].indexOf(document.activeElement?.closest('[data-key]'));
	const children = rows.map((row) => {
		const key = keyOf(row);
		const child = old.get(key) ?? makeRow(row);
		child.dataset.key = key;
		return child;
	});
	if (
		children.length === root.children.length &&
		children.every((c, i) => c === root.children[i])
	)
		return;
	const focused = document.activeElement;
	root.replaceChildren(...children);
	if (held < 0) return;
	if (orElse && !root.contains(focused)) {
		orElse();
		return;
	}
	const next = root.contains(focused)
		? focused
		: children[Math.min(held, children.length - 1)];
	(next?.matches('button') ? next : next?.querySelector('button'))?.focus();
}

// The same thing several times is one row.
function grouped(items) {
	const rows = new Map();
	for (const one of items) {
		const row = rows.get(one.name) ?? { ...one, times: 0 };
		row.times++;
		rows.set(one.name, row);
	}
	return [...rows.values()];
}

export class Panels {
	// page: elements by name; act: { send(line), write(line), toLine() }
	constructor(page, act) {
		this.page = page;
		this.act = act;
	}

	show(model, part) {
		const parts = {
			self: () => this.self(model),
			vitals: () => this.vitals(model),
			room: () => this.room(model),
			here: () => this.here(model),
			inv: () => this.carried(model),
			talk: () => this.talk(model),
		};
		(parts[part] ?? (() => {}))();
		if (part === 'room') this.here(model);
	}

	self(model) {
		const { self } = this.page;
		self.textContent = [model.name, text(model.status.title)].filter(Boolean).join(' ');
		self.hidden = self.textContent === '';
	}

	room(model) {
		const { room } = model;
		this.page.roomName.textContent = room?.name || 'Nowhere yet';
		this.page.roomArea.textContent = room?.area ?? '';
		const ways = sortedWays(room?.exits ?? {});
		const exit = (way) =>
			button(
				way.x || way.y ? way.short : way.long,
				() => this.act.send(way.long),
				{
					className: `exit way-${WAYS.includes(way) ? way.short : 'odd'}`,
					name: way.long,
				},
			);
		// Another way in the same place would lead elsewhere than one means.
		const orElse = () => this.act.toLine();
		showRows(this.page.exits, ways, (way) => way.long, exit, orElse);
		showRows(
			this.page.quick,
			ways,
			(way) => way.long,
			(way) =>
				button(way.long, () => this.act.send(way.long), {
					className: 'chip',
				}),
			orElse,
		);
		this.page.noExits.hidden = ways.length > 0;
	}

	vitals(model) {
		this.page.vitalsPart.hidden = model.vitals.length === 0;
		this.page.vitals.replaceChildren(...model.vitals.map((row) => this.vital(row)));
	}

	vital({ key, now, most }) {
		const name = VITAL_NAMES[key] ?? key;
		const row = make('li', 'vital', make('span', 'vital-name', name));
		row.append(
			make(
				'span',
				'vital-value',
				most === undefined ? String(now) : `${now} / ${most}`,
			),
		);
		if (!(most > 0)) return row;
		const share = Math.max(0, Math.min(1, now / most));
		const fill = make('span', 'vital-fill');
		const bar = make('span', 'vital-bar', fill);
		fill.style.setProperty('--share', `${share * 100}%`);
		row.classList.toggle('low', share < LOW);
		bar.setAttribute('role', 'meter');
		bar.setAttribute('aria-label', name);
		bar.setAttribute('aria-valuemin', '0');
		bar.setAttribute('aria-valuemax', String(most));
		bar.setAttribute('aria-valuenow', String(now));
		row.append(bar);
		return row;
	}

	here(model) {
		const people = model.players
			.filter((p) => p.name !== model.name)
			.map((p) => ({ ...p, kind: 'player', times: 1 }));
		const things = grouped(model.items.room).map((i) => ({
			...i,
			kind: i.attrib.includes('m') ? 'creature' : 'thing',
		}));
		const order = ['player', 'creature', 'thing'];
		things.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
		this.list(this.page.here, [...people, ...things], 'get');
		this.page.hereNone.hidden = people.length + things.length > 0;
	}

	carried(model) {
		this.list(
			this.page.carried,
			grouped(model.items.inv).map((i) => ({ ...i, kind: 'thing' })),
			'drop',
		);
		this.page.carriedNone.hidden = model.items.inv.length > 0;
	}

	// Rows with a name to look at and, for what can be taken, a verb.
	list(root, rows, verb) {
		const key = (row) => `${row.kind} ${row.name} ${row.times} ${row.fullname ?? ''}`;
		showRows(root, rows, key, (row) => {
			const noun = nounOf(row.name);
			const label =
				(row.fullname || row.name) +
				(row.times > 1 ? ` ×${row.times}` : '');
			const look = button(label, () => this.act.send(`look ${noun}`), {
				className: `thing ${row.kind}`,
				name: `look at ${label}`,
			});
			const item = make('li', '', look);
			if (row.kind === 'player')
				item.append(
					this.verb('tell', row.name, () =>
						this.act.write(`tell ${row.name} `),
					),
				);
			else if (verb === 'drop' || row.attrib.includes('t'))
				item.append(
					this.verb(verb, row.name, () =>
						this.act.send(`${verb} ${noun}`),
					),
				);
			return item;
		});
	}

	verb(verb, name, action) {
		return button(verb, action, { className: 'verb', name: `${verb} ${name}` });
	}

	talk(model) {
		const { talk, talkPart } = this.page;
		const captions = new Map(model.channels.map((c) => [c.name, c.caption]));
		const isOwn = (line) => line.talker === model.name || line.talker === 'You';
		const verb = (line) =>
			TALK_VERBS[line.channel]?.[isOwn(line) ? 0 : 1] ??
			`(${captions.get(line.channel) ?? line.channel})`;
		talkPart.hidden = model.talk.length === 0;
		showRows(
			talk,
			model.talk,
			(line) => String(line.n),
			(line) => {
				const name = isOwn(line) && !line.isEmote ? 'You' : line.talker;
				const who = make('span', 'talker', name);
				const channel = make('span', 'channel', verb(line));
				const said = make(
					'span',
					'said',
					...splitLinks(line.text).map(linkNode),
				);
				return make('li', '', who, ' ', channel, ' ', said);
			},
		);
		talk.scrollTop = talk.scrollHeight;
	}
}

const text = (v) => (typeof v === 'string' ? v : '');
