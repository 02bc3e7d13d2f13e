// page_play.js - playing: the text, the panels, the command line, the settings.

import assert from 'node:assert/strict';
import { Player } from './lib/player.js';
import { test } from './lib/test.js';

const names = (player, selector) =>
	player.page.$$eval(`${selector} .thing`, (nodes) => nodes.map((n) => n.textContent));

test('one looks, walks by a button, and the panels follow', async () => {
	const player = await Player.visit();
	await player.type('look');
	await player.see('Exits:');
	const start = await player.page.innerText('#room-name');
	await player.page.click('#exits button[aria-label="down"]');
	await player.page.waitForFunction(
		(was) => document.getElementById('room-name').innerText !== was,
		start,
	);
	assert.equal(
		await player.page.innerText('#place'),
		await player.page.innerText('#room-name'),
	);
	await player.page.waitForSelector('#map svg .room.here');
	await player.page.click('#map .room.near');
	await player.page.waitForFunction(
		() => document.querySelectorAll('#map .room.seen').length > 0,
	);
	await player.leave();
});

test('what one gets and drops is seen in the panels, by their buttons, too', async () => {
	const player = await Player.visit();
	await player.page.click('#exits button[aria-label="down"]');
	await player.seeIn('#here', 'penny');
	await player.page.click('#here button[aria-label="get a copper penny"]');
	await player.seeIn('#carried', 'a copper penny');
	await player.see('You pick up a copper penny.');
	await player.page.click('#carried .thing');
	await player.see('> look copper penny'.slice(2));
	await player.page.click('#carried .verb');
	await player.page.waitForSelector('#carried-none:not([hidden])');
	assert.deepEqual(await names(player, '#carried'), []);
	await player.leave();
});

test('two see each other come, speak and go', async () => {
	const ana = await Player.visit();
	const wren = await Player.visit();
	await ana.seeIn('#here', wren.name);
	await wren.seeIn('#here', ana.name);
	await ana.type('say Is it dark already?');
	await wren.see(`${ana.name} says, "Is it dark already?"`);
	await wren.seeIn('#talk', 'Is it dark already?');
	await wren.page.click(`#here button[aria-label="tell ${ana.name}"]`);
	assert.equal(await wren.page.inputValue('#command'), `tell ${ana.name} `);
	await wren.page.keyboard.type('yes\n');
	await ana.seeIn('#talk', 'yes');
	await ana.type('look');
	await ana.type('who');
	await ana.see('About the city');
	await ana.shot('play-wide');
	await wren.type('quit');
	await ana.page.waitForFunction(
		(name) => !document.getElementById('here').innerText.includes(name),
		wren.name,
	);
	await ana.leave();
	await wren.leave();
});

test('the command line remembers what was typed, and Tab completes words of the game', async () => {
	const player = await Player.visit();
	const { page } = player;
	const value = () => page.inputValue('#command');
	await player.type('look');
	await player.type('exits');
	await page.keyboard.type('dra');
	await page.keyboard.press('ArrowUp');
	assert.equal(await value(), 'exits');
	await page.keyboard.press('ArrowUp');
	assert.equal(await value(), 'look');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowDown');
	assert.equal(await value(), 'dra');
	await page.fill('#command', 'look pott');
	await page.keyboard.press('Tab');
	assert.equal(await value(), 'look pottle');
	await page.reload();
	await player.inPlay();
	await page.press('#command', 'ArrowUp');
	assert.equal(await value(), 'exits');
	await player.leave();
});

test('settings take effect at once and are there again after a reload', async () => {
	const player = await Player.visit();
	const { page } = player;
	const data = () => page.evaluate(() => ({ ...document.documentElement.dataset }));
	await page.click('#settings-button');
	await player.shot('settings');
	await page.check('#settings input[value="mono"]');
	await page.check('#settings input[name="theme"][value="light"]');
	await page.check('#settings input[name="contrast"][value="high"]');
	await page.uncheck('#settings input[name="panels"]');
	await page.keyboard.press('Escape');
	assert.equal(await page.isVisible('#panels'), false);
	await page.reload();
	await player.inPlay();
	const { font, theme, contrast, panels } = await data();
	assert.deepEqual(
		{ font, theme, contrast, panels },
		{ font: 'mono', theme: 'light', contrast: 'high', panels: 'off' },
	);
	await page.click('#settings-button');
	await page.click('#settings-reset');
	assert.equal((await data()).font, 'book');
	await page.keyboard.press('Escape');
	await player.leave();
});

test('there are sounds when one has asked for them, and only then', async () => {
	const ana = await Player.visit();
	const wren = await Player.visit();
	const notes = () => ana.page.evaluate(() => window.notes);
	await ana.page.evaluate(() => {
		const make = BaseAudioContext.prototype.createOscillator;
		window.notes = 0;
		BaseAudioContext.prototype.createOscillator = function count() {
			window.notes++;
			return make.call(this);
		};
	});
	await wren.type(`tell ${ana.name} one`);
	await ana.seeIn('#talk', 'one');
	assert.equal(await notes(), 0);
	await ana.page.click('#settings-button');
	await ana.page.check('#settings input[name="sounds"]');
	await ana.page.keyboard.press('Escape');
	const before = await notes();
	await wren.type(`tell ${ana.name} two`);
	await ana.seeIn('#talk', 'two');
	assert.ok((await notes()) > before);
	await ana.leave();
	await wren.leave();
});

test('the title counts lines that come while nobody looks', async () => {
	const player = await Player.visit();
	await player.page.evaluate(() => {
		Object.defineProperty(document, 'hidden', { get: () => true, configurable: true });
	});
	await player.type('think first');
	await player.page.waitForFunction(() => /^\(1\) /.test(document.title));
	await player.page.evaluate(() => {
		delete document.hidden;
		document.dispatchEvent(new Event('visibilitychange'));
	});
	assert.equal(await player.page.title(), `${player.name} · Mudlark`);
	await player.leave();
});
