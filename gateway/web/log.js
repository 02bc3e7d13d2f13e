// log.js - the text of the game on the page: bounded, at its end unless somebody reads further up.
//
// It is a list of entries (a turn's text, a line typed, a remark of our own), each with the data it
// was made from, so that a reloaded page can show it again.  Text behind the last place the server
// confirmed (settle()) is provisional: after a resume it comes again, so it is dropped then.

import { plainText, readAnsi } from './ansi.js';
import { blockNode, kindOf, lineNode } from './lines.js';

const LINES_MAX = 5000;
const SLACK = 250; // lines above the bound before the oldest go, so that they go in one piece
const NEAR_PX = 32;
const SAVED_CHARS = 120000;

// Lines that belong together: tables and drawings are blocks of their own.
function blocksOf(lines) {
	const nodes = [];
	let group = [];
	let kind = '';
	const close = () => {
		if (kind) nodes.push(blockNode(kind, group));
		else nodes.push(...group.map(lineNode));
		group = [];
	};
	for (const line of lines) {
		const next = kindOf(plainText(line));
		if (next !== kind) close();
		kind = next;
		group.push(line);
	}
	close();
	return nodes;
}

export class Log {
	constructor({ scroller, list, newer, onLines }) {
		this.scroller = scroller;
		this.list = list;
		this.newer = newer;
		this.onLines = onLines;
		this.entries = [];
		this.n = 0;
		this.pinned = true;
		this.unread = 0;
		scroller.addEventListener('scroll', () => this.scrolled(), { passive: true });
		new ResizeObserver(() => this.resized()).observe(scroller);
		newer.addEventListener('click', () => this.toEnd());
	}

	// ---- what is shown ----

	// A message of the server; returns its prompt (runs), or null when it ends with a whole
	// line.
	text(text, { settled = false } = {}) {
		const { lines, rest } = readAnsi(text);
		const blank = (line) => plainText(line).trim() === '';
		while (lines.length > 0 && blank(lines[0])) lines.shift();
		while (lines.length > 0 && blank(lines[lines.length - 1])) lines.pop();
		const node = document.createElement('div');
		node.className = 'turn';
		node.append(...blocksOf(lines));
		this.add({ kind: 'text', text, settled, n: lines.length, node });
		this.reach(node);
		this.onLines(lines.map(plainText));
		return rest.length > 0 ? rest : null;
	}

	// A drawing wider than the page can be scrolled, by the keyboard, too.
	reach(node) {
		for (const drawing of node.querySelectorAll('.drawing')) {
			const isWide = drawing.scrollWidth > drawing.clientWidth;
			drawing.toggleAttribute('tabindex', isWide);
			if (isWide) drawing.tabIndex = 0;
		}
	}

	resized() {
		this.reach(this.list);
		this.follow();
	}

	// A line the player typed, behind the prompt it answers.  Returns the entry.
	echo(prompt, line, { waiting = false } = {}) {
		const node = document.createElement('div');
		const before = document.createElement('span');
		node.className = 'echo';
		node.classList.toggle('waiting', waiting);
		before.className = 'echo-prompt';
		before.textContent = prompt;
		node.append(before, line);
		return this.add({ kind: 'echo', prompt, text: line, settled: true, n: 1, node });
	}

	remark(text, tone = '') {
		const node = document.createElement('div');
		node.className = 'remark';
		if (tone) node.dataset.tone = tone;
		node.textContent = text;
		return this.add({ kind: 'remark', text, tone, settled: true, n: 1, node });
	}

	add(entry) {
		if (entry.n > 0) {
			this.list.append(entry.node);
			this.n += entry.n;
		}
		this.entries.push(entry);
		this.trim();
		if (this.pinned) this.follow();
		else if (entry.kind === 'text') this.setUnread(this.unread + entry.n);
		return entry;
	}

	trim() {
		if (this.n <= LINES_MAX + SLACK) return;
		while (this.n > LINES_MAX && this.entries.length > 1)
			this.forget(this.entries.shift());
	}

	forget(entry) {
		entry.node.remove();
		this.n -= entry.n;
	}

	// ---- what is certain ----

	settle() {
		for (let i = this.entries.length - 1; i >= 0 && !this.entries[i].final; i--) {
			this.entries[i].settled = true;
			this.entries[i].final = true;
		}
	}

	dropProvisional() {
		for (const entry of this.entries.filter((e) => !e.settled)) this.forget(entry);
		this.entries = this.entries.filter((e) => e.settled);
	}

	// ---- where one reads ----

	scrolled() {
		const { scrollHeight, scrollTop, clientHeight } = this.scroller;
		this.pinned = scrollHeight - scrollTop - clientHeight < NEAR_PX;
		this.setUnread(this.pinned ? 0 : this.unread);
	}

	follow() {
		if (this.pinned) this.scroller.scrollTop = this.scroller.scrollHeight;
	}

	toEnd() {
		this.pinned = true;
		this.follow();
		this.setUnread(0);
	}

	page(direction) {
		this.scroller.scrollBy({ top: direction * this.scroller.clientHeight * 0.85 });
	}

	setUnread(n) {
		this.unread = n;
		this.newer.hidden = this.pinned;
		this.newer.textContent =
			n > 0 ? `${n} new ${n === 1 ? 'line' : 'lines'} ↓` : 'To the end ↓';
	}

	// The lines of the game's text from the newest on: what a screen reader goes back through.
	lineFromEnd(back) {
		const lines = this.list.querySelectorAll('.line, .remark');
		return lines[lines.length - 1 - back]?.textContent;
	}

	// ---- over a reload ----

	saved() {
		const kept = [];
		let chars = 0;
		for (let i = this.entries.length - 1; i >= 0 && chars < SAVED_CHARS; i--) {
			const { kind, text, prompt, tone, settled } = this.entries[i];
			if (!settled) continue;
			kept.push({ kind, text, prompt, tone });
			chars += text.length + 40;
		}
		return kept.reverse();
	}

	restore(saved) {
		let prompt = null;
		for (const entry of saved) {
			if (entry.kind === 'text')
				prompt = this.text(entry.text, { settled: true }) ?? prompt;
			else if (entry.kind === 'echo') this.echo(entry.prompt, entry.text);
			else this.remark(entry.text, entry.tone);
		}
		this.settle();
		return prompt;
	}
}
