// model.js - what GMCP has told of the game: one plain object, changed by one message at a time.
//
// Everything is checked here: whoever shows it can rely on strings being strings.

const CHANNEL_LINES = 100;

const text = (v) => (typeof v === 'string' ? v : typeof v === 'number' ? String(v) : '');
const list = (v) => (Array.isArray(v) ? v : []);
const isRecord = (v) => typeof v === 'object' && v !== null && !Array.isArray(v);

export function emptyModel() {
	return {
		name: '',
		status: {},
		statusNames: {},
		vitals: [], // { key, now, most }
		room: null, // { num, name, area, environment, coords, exits: { n: 5 } }
		players: [], // { name, fullname }
		items: { inv: [], room: [] }, // { id, name, attrib, icon, count }
		channels: [], // { name, caption, command }
		talk: [], // { n, channel, talker, text, isEmote, isSettled }
		said: 0, // the last n of it
	};
}

function person(v) {
	const name = text(isRecord(v) ? v.name : v);
	return { name, fullname: text(v?.fullname) || name };
}

function item(v) {
	const { id, name, attrib, icon, count } = isRecord(v) ? v : {};
	return {
		id: text(id),
		name: text(name),
		attrib: text(attrib),
		icon: text(icon),
		count: typeof count === 'number' ? count : undefined,
	};
}

// hp with maxhp (or hp_max, max_hp) makes a pair; a number alone is shown as it is.
export function readVitals(body) {
	const most = {};
	const rows = [];
	for (const [key, value] of Object.entries(body)) {
		const name = key.replace(/^max_?|_?max$/i, '').toLowerCase();
		const n = Number(value);
		if (text(value) === '' || !Number.isFinite(n)) continue;
		if (name !== key.toLowerCase() && name !== '') most[name] = n;
		else rows.push({ key: name, now: n });
	}
	return rows.map((row) => ({ ...row, most: most[row.key] }));
}

// "area,x,y,z" or {x, y, z} -> { area, x, y, z } or null.
export function readCoords(value, area) {
	const parts = typeof value === 'string' ? value.split(',') : [];
	if (isRecord(value)) parts.push(area, value.x, value.y, value.z ?? 0);
	const [x, y, z = 0] = parts.slice(1).map(Number);
	return [x, y, z].every(Number.isFinite) && parts.length >= 3
		? { area: text(parts[0]), x, y, z }
		: null;
}

function room(v) {
	const exits = Object.entries(isRecord(v.exits) ? v.exits : {});
	return {
		num: text(v.num),
		name: text(v.name),
		area: text(v.area),
		environment: text(v.environment),
		coords: readCoords(v.coords, text(v.area)),
		exits: Object.fromEntries(
			exits.map(([way, num]) => [way.toLowerCase(), text(num)]),
		),
	};
}

function place(model, body) {
	const location = text(body?.location);
	return Object.hasOwn(model.items, location) ? model.items[location] : null;
}

function merge(model, key, body) {
	if (isRecord(body)) model[key] = { ...model[key], ...body };
}

// Package in lower case: what it changes in the model.  Returns the part that is to be shown anew.
const HANDLERS = {
	'char.name': (m, b) => {
		m.name = text(b?.name);
		return 'self';
	},
	'char.statusvars': (m, b) => {
		merge(m, 'statusNames', b);
		return 'self';
	},
	'char.status': (m, b) => {
		merge(m, 'status', b);
		return 'self';
	},
	'char.vitals': (m, b) => {
		const told = readVitals(isRecord(b) ? b : {});
		const known = m.vitals.filter(
			(row) => !told.some((other) => other.key === row.key),
		);
		m.vitals = [...told, ...known];
		return 'vitals';
	},
	'room.info': (m, b) => {
		m.room = isRecord(b) ? room(b) : null;
		return 'room';
	},
	'room.wrongdir': () => 'wrongdir',
	'room.players': (m, b) => {
		m.players = list(b).map(person);
		return 'here';
	},
	'room.addplayer': (m, b) => {
		const who = person(b);
		m.players = [...m.players.filter((p) => p.name !== who.name), who];
		return 'here';
	},
	'room.removeplayer': (m, b) => {
		const { name } = person(b);
		m.players = m.players.filter((p) => p.name !== name);
		return 'here';
	},
	'char.items.list': (m, b) => {
		if (!place(m, b)) return null;
		m.items[b.location] = list(b.items).map(item);
		return b.location;
	},
	'char.items.add': (m, b) => changeItem(m, b, (items, one) => [...without(items, one), one]),
	'char.items.remove': (m, b) => changeItem(m, b, without),
	'char.items.update': (m, b) =>
		changeItem(m, b, (items, one) => items.map((i) => (i.id === one.id ? one : i))),
	'comm.channel.list': (m, b) => {
		m.channels = list(b).map((c) => ({
			name: text(c?.name),
			caption: text(c?.caption) || text(c?.name),
			command: text(c?.command),
		}));
		return 'talk';
	},
	'comm.channel.text': (m, b) => {
		const line = {
			channel: text(b?.channel),
			talker: text(b?.talker),
			text: text(b?.text),
			isEmote: b?.emote === true || b?.channel === 'emote',
		};
		m.talk = [...m.talk, { ...line, n: ++m.said }].slice(-CHANNEL_LINES);
		return 'talk';
	},
};

const without = (items, one) => items.filter((i) => i.id !== one.id);

function changeItem(model, body, change) {
	if (!place(model, body) || !isRecord(body.item)) return null;
	model.items[body.location] = change(model.items[body.location], item(body.item));
	return body.location;
}

// Returns the name of the part that changed (self, vitals, room, here, inv, talk, wrongdir) or
// null.
export function applyGmcp(model, name, body) {
	const handler = HANDLERS[name.toLowerCase()];
	return handler ? handler(model, body) : null;
}

// What was said is told again after a resume, unless the server has confirmed it before, as with
// the text.
export function settleTalk(model) {
	for (const line of model.talk) line.isSettled = true;
}

export function dropUnsettledTalk(model) {
	model.talk = model.talk.filter((line) => line.isSettled);
}

// What a page keeps of it over a reload.
export function settledTalk(model) {
	return model.talk
		.filter((line) => line.isSettled)
		.map(({ channel, talker, text: words, isEmote: emote }) => ({
			channel,
			talker,
			text: words,
			emote,
		}));
}

export function restoreTalk(model, saved) {
	for (const line of list(saved)) applyGmcp(model, 'comm.channel.text', line);
	settleTalk(model);
}

// "a copper penny" -> "copper penny": how one asks for it.
export function nounOf(name) {
	return name.replace(/^(an?|the|some)\s+/i, '');
}
