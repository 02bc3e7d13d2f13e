// store.js - what survives a reload (sessionStorage, this tab alone) and a visit (localStorage).
//
// The place in the server's text and the text shown are one record, written together: a page that
// dies between two writes comes back with an older place, and is told again what it lacks.  A
// browser that refuses to store costs the resume over a reload, not the game.

const LINK_KEY = 'mudlark.link';
const SHOWN_KEY = 'mudlark.shown';
const MAP_KEY = 'mudlark.map';

function read(storage, key) {
	try {
		return JSON.parse(storage.getItem(key) ?? 'null');
	} catch {
		return null;
	}
}

function write(storage, key, value) {
	try {
		storage.setItem(key, JSON.stringify(value));
	} catch {
		// Full or forbidden.
	}
}

// The link's record, with the place that belongs to the text that is stored.
export function loadLink() {
	const link = read(sessionStorage, LINK_KEY);
	const shown = read(sessionStorage, SHOWN_KEY);
	return link ? { ...link, at: shown?.at ?? '0' } : null;
}

export function saveLink(record) {
	write(sessionStorage, LINK_KEY, record);
}

// The text (entries of the log), what was said in it, and what was begun in the command line.
export function loadShown() {
	const { entries = [], talk = [], draft = '' } = read(sessionStorage, SHOWN_KEY) ?? {};
	return { entries, talk, draft };
}

export function saveShown(at, { entries, talk, draft }) {
	write(sessionStorage, SHOWN_KEY, { at, entries, talk, draft });
}

export const loadMap = () => read(localStorage, MAP_KEY) ?? {};
export const saveMap = (map) => write(localStorage, MAP_KEY, map);
