// map.js - draws the atlas as SVG: where one is in the middle, rooms one step away can be clicked.
//
// It is a picture beside the exits' buttons, which say the same to the keyboard and to screen
// readers; so it is one image with a name, and its rooms are not in the order of focus.

import { wayOf } from './ways.js';

const SVG = 'http://www.w3.org/2000/svg';
const CELL = 40;
const ROOM = 22;
const HALF_WIDTH = 4; // cells from the middle to the edge
const HALF_HEIGHT = 2.75;

function element(name, attributes, children = []) {
	const node = document.createElementNS(SVG, name);
	for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
	node.append(...children);
	return node;
}

const px = (spot) => spot.x * CELL;
const py = (spot) => -spot.y * CELL;

export class MapView {
	constructor(root, atlas, go) {
		this.root = root;
		this.atlas = atlas;
		this.go = go;
	}

	draw() {
		const spots = this.atlas.layout();
		const [w, h] = [HALF_WIDTH * CELL, HALF_HEIGHT * CELL];
		const here = spots.find((spot) => spot.num === this.atlas.here);
		const svg = element('svg', {
			viewBox: `${-w} ${-h} ${2 * w} ${2 * h}`,
			role: 'img',
			'aria-label': here
				? `Map: ${here.room.name} and ${spots.length - 1} rooms around it`
				: 'Map',
		});
		const byNum = new Map(spots.map((spot) => [spot.num, spot]));
		svg.append(...spots.flatMap((spot) => this.paths(spot, byNum)));
		svg.append(...spots.map((spot) => this.roomNode(spot)));
		this.root.replaceChildren(svg);
	}

	paths(spot, byNum) {
		const lines = [];
		for (const [name, to] of Object.entries(spot.room?.exits ?? {})) {
			const way = wayOf(name);
			const other = byNum.get(to);
			if (way.x === 0 && way.y === 0) continue;
			// Drawn once, by the room with the smaller number, unless the other does
			// not know the way.
			const back = Object.values(other?.room?.exits ?? {}).includes(spot.num);
			if (other && back && to < spot.num) continue;
			const end = other ?? { x: spot.x + way.x * 0.6, y: spot.y + way.y * 0.6 };
			lines.push(
				element('line', {
					class: 'path',
					x1: px(spot),
					y1: py(spot),
					x2: px(end),
					y2: py(end),
				}),
			);
		}
		return lines;
	}

	roomNode(spot) {
		const isHere = spot.num === this.atlas.here;
		const parts = [
			element('rect', {
				x: px(spot) - ROOM / 2,
				y: py(spot) - ROOM / 2,
				width: ROOM,
				height: ROOM,
				rx: 5,
			}),
			this.title(spot),
			...this.levels(spot),
		];
		const kind = isHere ? 'here' : spot.room ? 'seen' : 'unseen';
		const node = element(
			'g',
			{ class: `room ${kind}${spot.way ? ' near' : ''}` },
			parts,
		);
		if (spot.way) node.addEventListener('click', () => this.go(spot.way.long));
		return node;
	}

	title(spot) {
		const title = element('title', {});
		const name = spot.room?.name ?? 'Not visited';
		title.textContent = spot.way ? `${name} (${spot.way.long})` : name;
		return title;
	}

	// Small marks for stairs.
	levels(spot) {
		const marks = [];
		const [x, y] = [px(spot), py(spot)];
		const exits = spot.room?.exits ?? {};
		if (exits.u ?? exits.up)
			marks.push(
				element('path', {
					class: 'stairs',
					d: `M${x - 4} ${y - 2}l4 -4l4 4`,
				}),
			);
		if (exits.d ?? exits.down)
			marks.push(
				element('path', {
					class: 'stairs',
					d: `M${x - 4} ${y + 2}l4 4l4 -4`,
				}),
			);
		return marks;
	}
}
