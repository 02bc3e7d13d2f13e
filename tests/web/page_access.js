// page_access.js - for everybody: by keyboard alone, by screen reader, in every theme, on small
// screens.

import assert from 'node:assert/strict';
import { audit } from './lib/audit.js';
import { Player } from './lib/player.js';
import { test } from './lib/test.js';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

async function isSound(player, what) {
	assert.deepEqual(await player.page.evaluate(audit), [], what);
}

test('every control has a name, text has contrast, landmarks and roles are there, in all themes', async () => {
	const player = await Player.visit();
	const { page } = player;
	await player.type('down');
	await player.type('get penny');
	await player.type('say hello');
	await player.seeIn('#talk', 'hello');
	for (const theme of ['dark', 'light'])
		for (const contrast of ['normal', 'high']) {
			await page.evaluate(
				(data) => Object.assign(document.documentElement.dataset, data),
				{ theme, contrast },
			);
			await isSound(player, `${theme} ${contrast}`);
			await player.shot(`play-${theme}-${contrast}`);
			await page.click('#settings-button');
			await isSound(player, `settings, ${theme} ${contrast}`);
			await page.keyboard.press('Escape');
		}
	assert.equal(await page.getAttribute('html', 'lang'), 'en');
	assert.equal(await page.getAttribute('#scroller', 'role'), 'log');
	await player.leave();
});

test('the login and the password field are sound, too', async () => {
	const player = await Player.open();
	await player.waitPrompt('Name:');
	await isSound(player, 'login');
	await player.type('Nobodyyet');
	await player.waitPrompt('(y/n)');
	await player.type('y');
	await player.page.waitForSelector('#secret-form:not([hidden])');
	await isSound(player, 'password');
	await player.leave();
});

test('the focus goes through the page in the order in which it is seen', async () => {
	const player = await Player.visit();
	const { page } = player;
	await page.focus('.skip');
	const order = [];
	for (;;) {
		await page.keyboard.press('Tab');
		if (
			await page.evaluate(
				() =>
					document.activeElement === document.body ||
					document.activeElement === document.querySelector('.skip'),
			)
		)
			break;
		const at = await page.evaluate(() => {
			const e = document.activeElement;
			const { outlineStyle, boxShadow } = getComputedStyle(e);
			return {
				name: e.id || e.closest('[id]')?.id,
				isSkip: e.className === 'skip',
				isSeen: outlineStyle !== 'none' || boxShadow !== 'none',
			};
		});
		assert.ok(at.isSeen, `the focus on ${at.name} cannot be seen`);
		if (!at.isSkip && order[order.length - 1] !== at.name) order.push(at.name);
	}
	const wanted = ['panels-button', 'settings-button', 'scroller', 'command'];
	assert.deepEqual(
		order.filter((name) => wanted.includes(name)),
		wanted,
	);
	assert.ok(order.indexOf('exits') > order.indexOf('command'), order.join(' '));
	await player.leave();
});

test('one can play by keyboard alone', async () => {
	const player = await Player.visit();
	const { page } = player;
	const focused = () =>
		page.evaluate(() => document.activeElement.id || document.activeElement.className);
	await page.keyboard.type('look\n');
	await player.see('Exits:');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Tab');
	while (
		!(await page.evaluate(
			() => document.activeElement.getAttribute('aria-label') === 'down',
		))
	)
		await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await player.seeIn('#place', 'Foreshore');
	await page.evaluate(() => document.getElementById('scroller').focus());
	await page.keyboard.type('get penny\n');
	await player.seeIn('#carried', 'penny');
	assert.equal(await focused(), 'command');
	await page.keyboard.press('Alt+ArrowUp');
	await player.seeIn('#said', 'You pick up a copper penny.');
	while ((await focused()) !== 'settings-button') await page.keyboard.press('Shift+Tab');
	await page.keyboard.press('Enter');
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Escape');
	assert.equal(await focused(), 'settings-button');
	assert.equal(await page.evaluate(() => document.documentElement.dataset.font), 'plain');
	await player.leave();
});

test('on a phone everything fits, the ways out are at hand and the panels are a drawer', async () => {
	const player = await Player.open(PHONE);
	await player.waitPrompt('Name:');
	await player.shot('phone-login');
	await player.create('Phoner');
	const { page } = player;
	await page.click('#quick button:has-text("down")');
	await player.seeIn('#quick', 'south');
	await player.type('get penny');
	await player.see('You pick up');
	await isSound(player, 'phone');
	await player.shot('phone-play');
	assert.equal(await page.isVisible('#panels'), false);
	await page.click('#panels-button');
	await page.waitForSelector('#panels', { state: 'visible' });
	assert.equal(await page.getAttribute('#panels-button', 'aria-expanded'), 'true');
	await isSound(player, 'drawer');
	await player.shot('phone-panels');
	await page.keyboard.press('Escape');
	await page.waitForSelector('#panels', { state: 'hidden' });
	assert.equal(await page.evaluate(() => document.activeElement.id), 'panels-button');
	await player.leave();
});

test('tables and drawings can be read on a phone, and reached where they are wider than it', async () => {
	const player = await Player.open(PHONE);
	const { page } = player;
	await player.waitPrompt('Name:');
	await page.evaluate(async () => {
		const { Log } = await import('/log.js');
		const log = new Log({
			scroller: document.getElementById('scroller'),
			list: document.getElementById('lines'),
			newer: document.getElementById('newer'),
			onLines: () => {},
		});
		log.text(`+${'-'.repeat(90)}+\r\nlook       north      ${'drop       '.repeat(5)}\r\n`);
	});
	const size = (selector) =>
		page.$$eval(selector, (nodes) =>
			Math.min(...nodes.map((n) => parseFloat(getComputedStyle(n).fontSize))),
		);
	assert.ok((await size('.table .line')) >= 12);
	assert.ok((await size('.drawing .line')) >= 8);
	assert.ok(
		await page.$$eval('.table', (nodes) =>
			nodes.every((n) => n.scrollWidth <= n.clientWidth),
		),
		'a table is cut',
	);
	const wide = await page.$$eval('.drawing', (nodes) =>
		nodes.map((n) => [n.scrollWidth > n.clientWidth, n.tabIndex === 0]),
	);
	assert.ok(wide.some(([isWide]) => isWide));
	for (const [isWide, isReached] of wide) assert.equal(isReached, isWide);
	await isSound(player, 'wide text');
	await player.close();
});

test('a way by a button keeps the focus on that way, or goes to the command line', async () => {
	const player = await Player.visit();
	const { page } = player;
	const focused = () =>
		page.evaluate(
			() => document.activeElement.id || document.activeElement.getAttribute('aria-label'),
		);
	const height = () => page.$eval('#exits', (node) => node.clientHeight);
	const before = await height();
	await page.focus('#exits button[aria-label="down"]');
	await page.keyboard.press('Enter');
	await player.seeIn('#place', 'Foreshore');
	assert.equal(await focused(), 'command');
	assert.equal(await height(), before);
	await player.leave();
});

test('at 320 pixels and at 200 % letters nothing runs over the edge; on a large screen letters grow', async () => {
	const player = await Player.visit({ viewport: { width: 320, height: 568 } });
	const { page } = player;
	const over = () =>
		page.evaluate(
			() =>
				document.documentElement.scrollWidth -
				document.documentElement.clientWidth,
		);
	await player.type('help');
	await isSound(player, 'narrow');
	assert.ok((await over()) <= 0, 'at 320 pixels');
	await player.shot('narrow');
	await page.evaluate(() => document.documentElement.style.setProperty('--size', '1.8'));
	assert.ok((await over()) <= 0, 'with large letters');
	await page.setViewportSize({ width: 320, height: 560 });
	await player.shot('narrow-large');
	const tall = await page.$eval('.scroller', (node) => node.clientHeight);
	assert.ok(tall > 560 * 0.55, `${tall} px are left for the text`);
	await page.evaluate(() => document.documentElement.style.setProperty('--size', '1'));
	await page.setViewportSize({ width: 3840, height: 2160 });
	const size = await page.evaluate(() =>
		parseFloat(getComputedStyle(document.getElementById('lines')).fontSize),
	);
	assert.ok(size >= 24, `${size} px`);
	await player.shot('large');
	await player.leave();
});

test('for a screen reader the server and the page speak plainly', async () => {
	const player = await Player.visit();
	const { page } = player;
	const sent = [];
	page.on('websocket', (socket) =>
		socket.on('framesent', ({ payload }) => sent.push(String(payload))),
	);
	await page.click('#settings-button');
	await page.check('#settings input[name="reader"]');
	await page.keyboard.press('Escape');
	assert.equal(await page.isVisible('#map'), false);
	await page.reload();
	await player.inPlay();
	assert.ok(
		sent.some((message) => /^Mudlark\.Terminal .*"screen_reader":true/.test(message)),
	);
	const echoes = await page.$$eval('.echo', (nodes) => nodes.length);
	await player.type('think plainly');
	await player.see('plainly');
	assert.equal(await page.$$eval('.echo', (nodes) => nodes.length), echoes);
	await player.leave();
});
