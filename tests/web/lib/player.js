// player.js - one person at one page: types, clicks, reads.  Notes every word the browser says
// against the page: errors, requests to other hosts, breaches of the policy.

import assert from 'node:assert/strict';
import { theBrowser, theServer, Way } from './place.js';

const WIDE = { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' };
const PASSWORD = 'a long tide 7';
const PATIENCE_MS = 15000;
const open = new Set();
let people = 0;

// After a failure: what was on the pages that were left open.  They stay.
export async function describeOpen() {
	const found = [];
	for (const player of open) {
		const text = await player.page.innerText('body').catch((error) => String(error));
		found.push(
			`--- the page of ${player.name ?? 'somebody'}:\n${text.slice(-1500)}\n${player.complaints.join('\n')}`,
		);
	}
	open.clear();
	return found.join('\n');
}

// Letters only, never the same.
export function newName(stem = 'Web') {
	people++;
	const tail = people
		.toString(26)
		.replace(/./g, (c) => String.fromCharCode(97 + parseInt(c, 26)));
	return stem + tail;
}

export class Player {
	static async open(options = {}) {
		const server = await theServer();
		const player = new Player();
		player.way = new Way(server.port);
		player.url = await player.way.open();
		player.context = await (await theBrowser()).newContext({ ...WIDE, ...options });
		player.page = await player.context.newPage();
		player.page.setDefaultTimeout(PATIENCE_MS);
		player.complaints = [];
		open.add(player);
		player.watch();
		await player.page.goto(player.url);
		await player.waitStatus('Connected');
		return player;
	}

	static async enter(options = {}, name = newName()) {
		const player = await Player.open(options);
		await player.create(name);
		return player;
	}

	// Without an account: at once.
	static async visit(options = {}) {
		const player = await Player.open(options);
		await player.waitPrompt('Name:');
		await player.type('guest');
		await player.inPlay();
		player.name = await player.page.innerText('#self');
		return player;
	}

	watch() {
		const { page, complaints } = this;
		page.on('pageerror', (error) => complaints.push(`error: ${error}`));
		page.on('console', (message) => {
			const isOfLine = /ERR_|WebSocket connection/.test(message.text());
			if (['error', 'warning'].includes(message.type()) && !isOfLine)
				complaints.push(`${message.type()}: ${message.text()}`);
		});
		page.on('request', (request) => {
			const { protocol, host } = new URL(request.url());
			if (protocol !== 'data:' && host !== new URL(this.url).host)
				complaints.push(`request to ${request.url()}`);
		});
	}

	async leave() {
		if (
			await this.page.evaluate(
				() => document.documentElement.dataset.link === 'playing',
			)
		) {
			await this.type('quit');
			await this.page.waitForSelector('html[data-link="closed"]');
		}
		await this.close();
	}

	// Without a farewell.
	async close() {
		open.delete(this);
		await this.context.close();
		this.way.close();
		assert.deepEqual(this.complaints, []);
	}

	// ---- doing ----

	async type(line) {
		await this.page.fill('#command', line);
		await this.page.press('#command', 'Enter');
	}

	async typeSecret(word) {
		await this.page.waitForSelector('#secret-form:not([hidden])');
		await this.page.fill('#secret', word);
		await this.page.press('#secret', 'Enter');
	}

	async waitPrompt(text) {
		await this.page.waitForFunction(
			(wanted) =>
				[...document.querySelectorAll('form:not([hidden]) .prompt')].some(
					(p) => p.textContent.includes(wanted),
				),
			text,
		);
	}

	async create(name) {
		this.name = name;
		await this.waitPrompt('Name:');
		await this.type(name);
		await this.waitPrompt('(y/n)');
		await this.type('y');
		await this.waitPrompt('Choose a password:');
		await this.typeSecret(PASSWORD);
		await this.waitPrompt('Repeat the password:');
		await this.typeSecret(PASSWORD);
		await this.inPlay();
	}

	async logIn(name) {
		await this.waitPrompt('Name:');
		await this.type(name);
		await this.waitPrompt('Password:');
		await this.typeSecret(PASSWORD);
		await this.inPlay();
	}

	async inPlay() {
		await this.page.waitForSelector('html[data-link="playing"][data-known="yes"]');
	}

	// ---- reading ----

	async waitStatus(text) {
		await this.page.waitForFunction(
			(wanted) =>
				document.getElementById('status-text').textContent.includes(wanted),
			text,
		);
	}

	async see(text) {
		await this.page.waitForFunction(
			(wanted) => document.getElementById('lines').innerText.includes(wanted),
			text,
		);
	}

	async seeIn(selector, text) {
		await this.page.waitForFunction(
			([where, wanted]) =>
				document.querySelector(where)?.innerText.includes(wanted),
			[selector, text],
		);
	}

	async lines() {
		return this.page.$$eval('#lines .line', (nodes) =>
			nodes.map((node) => node.textContent),
		);
	}

	// The numbers behind a word in the text, in order: what an oracle of order and number
	// needs.
	async numbersAfter(pattern) {
		const found = [];
		for (const line of await this.lines()) {
			const match = pattern.exec(line);
			if (match) found.push(Number(match[1]));
		}
		return found;
	}

	// What fades in has come, what glows goes on.
	async shot(name) {
		await this.page.evaluate(() => {
			const ends = (a) => a.effect.getComputedTiming().endTime !== Infinity;
			return Promise.all(
				document
					.getAnimations()
					.filter(ends)
					.map((a) => a.finished),
			);
		});
		await this.page.screenshot({
			path: `${process.env.WEB_BUILD}/web-shots/${name}.png`,
		});
	}
}

export const upTo = (n) => Array.from({ length: n }, (_, i) => i + 1);
export { PASSWORD };
