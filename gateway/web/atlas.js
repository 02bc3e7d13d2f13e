// atlas.js - rooms that were visited and where they lie on paper: plain data, no DOM.
//
// Places come from the server's coordinates where it tells them, else from the ways between rooms:
// those of one level around where one is are laid out anew each time, so a mistake does not stay.

import { wayOf } from './ways.js';

const ROOMS_MAX = 1500;
const REACH = 60; // rooms laid out around where one is

export class Atlas {
	constructor(saved = {}) {
		this.rooms = new Map(Object.entries(saved.rooms ?? {}));
		this.here = null;
	}

	// A room one is in now. Rooms without a number of their own (secret ones) are not drawn.
	visit(room) {
		this.here = null;
		if (!room || room.num === '' || Number(room.num) < 0) return;
		const { num, name, area, environment, coords, exits } = room;
		this.rooms.delete(num);
		this.rooms.set(num, { name, area, environment, coords, exits });
		this.here = num;
		for (const old of this.rooms.keys()) {
			if (this.rooms.size <= ROOMS_MAX) break;
			this.rooms.delete(old);
		}
	}

	// The way that leads from here to that room at once, or null.
	wayTo(num) {
		const exits = this.rooms.get(this.here)?.exits ?? {};
		const name = Object.keys(exits).find((way) => exits[way] === num);
		return name === undefined ? null : wayOf(name);
	}

	// [{ num, x, y, known, room, way }] around where one is, which is at 0, 0.
	layout() {
		if (this.here === null) return [];
		const placed = new Map([[this.here, { x: 0, y: 0 }]]);
		const taken = new Set(['0,0']);
		for (const [num, spot] of placed) {
			if (placed.size > REACH) break;
			this.spread(num, spot, placed, taken);
		}
		return [...placed].map(([num, spot]) => ({
			num,
			...spot,
			room: this.rooms.get(num) ?? null,
			way: this.wayTo(num),
		}));
	}

	spread(num, spot, placed, taken) {
		const from = this.rooms.get(num);
		for (const [name, to] of Object.entries(from?.exits ?? {})) {
			const way = wayOf(name);
			if ((way.x === 0 && way.y === 0) || placed.has(to) || Number(to) < 0)
				continue;
			const at = this.spotOf(from, to, spot, way, taken);
			if (at) {
				placed.set(to, at);
				taken.add(`${at.x},${at.y}`);
			}
		}
	}

	// By coordinates where both rooms have them, else the first free place in that direction.
	spotOf(from, to, spot, way, taken) {
		const other = this.rooms.get(to)?.coords;
		const isFree = (x, y) => !taken.has(`${x},${y}`);
		if (
			from.coords &&
			other &&
			other.area === from.coords.area &&
			other.z === from.coords.z
		) {
			const x = spot.x + other.x - from.coords.x;
			const y = spot.y + other.y - from.coords.y;
			if (isFree(x, y)) return { x, y };
		}
		for (let far = 1; far <= 3; far++) {
			const [x, y] = [spot.x + way.x * far, spot.y + way.y * far];
			if (isFree(x, y)) return { x, y };
		}
		return null;
	}

	saved() {
		return { rooms: Object.fromEntries(this.rooms) };
	}
}
