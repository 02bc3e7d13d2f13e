// place.js - a Mudlark of our own on free loopback ports, a way to it that can be cut, and one
// Chromium. What is started here is ended here, by its process id.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const build = process.env.WEB_BUILD;
const endings = [];

export async function stopAll() {
	for (const end of endings.splice(0).reverse()) await end();
}

// Asked for once, made once.
function single(make) {
	let made;
	return () => (made ??= make());
}

export async function freePort() {
	const server = net.createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address();
	server.close();
	await once(server, 'close');
	return port;
}

async function stop(child) {
	if (child.exitCode !== null || child.signalCode !== null) return;
	child.kill('SIGTERM');
	const timer = setTimeout(() => child.kill('SIGKILL'), 10000);
	await once(child, 'exit');
	clearTimeout(timer);
}

// Starts a program of ours and waits until it says `word`.
async function start(program, args, word) {
	const child = spawn(`${build}/bin/${program}`, args, { stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	endings.push(() => stop(child));
	await new Promise((resolve, reject) => {
		const hear = (bytes) => {
			said = (said + bytes).slice(-20000);
			if (word.test(said)) resolve();
		};
		child.stdout.on('data', hear);
		child.stderr.on('data', hear);
		child.on('exit', () => reject(new Error(`${program} ended:\n${said}`)));
	});
	return child;
}

const OPTIONS = [
	'gateway.conn_rate=0',
	'gateway.max_conns_per_ip=0',
	'world.max_per_address=0',
	'world.opens_minute=0',
	'world.opens_ten_minutes=0',
	'gateway.login_timeout=0',
	'world.life=false',
	'world.linkdead_grace=60s',
];
const sets = (options) => options.flatMap((option) => ['--set', option]);

export const theServer = single(async () => {
	const data = mkdtempSync(path.join(os.tmpdir(), 'mudlark-web-'));
	endings.push(() => rmSync(data, { recursive: true, force: true }));
	const port = await freePort();
	const options = ['gateway.telnet=', `gateway.web=127.0.0.1:${port}`, ...OPTIONS];
	await start('mudlark', ['up', '--data', data, ...sets(options)], /^ready$/m);
	return { data, port };
});

// A second gateway of the same world.
export async function secondGateway({ data }) {
	const port = await freePort();
	const options = [
		'gateway.telnet=',
		'gateway.console=',
		`gateway.web=127.0.0.1:${port}`,
		`world.bus=ipc://${data}/run/world.bus`,
		...OPTIONS.filter((option) => option.startsWith('gateway.')),
	];
	await start('mudlark-gateway', sets(options), /event=ready/);
	return { port };
}

export function pidOf(name, { data }) {
	const table = execFileSync(`${build}/bin/mudlark`, ['status', '--data', data], {
		encoding: 'utf8',
	});
	return Number(new RegExp(`^${name} +(\\d+)`, 'm').exec(table)[1]);
}

// The way between a page and a server.  cut(): connections end, new ones are refused.  freeze():
// they stay and nothing comes through, as when a cable is pulled.
export class Way {
	constructor(target) {
		this.target = target;
		this.state = 'open';
		this.pairs = new Set();
		this.server = net.createServer((socket) => this.accept(socket));
	}

	async open() {
		this.server.listen(0, '127.0.0.1');
		await once(this.server, 'listening');
		endings.push(() => this.close());
		return `http://127.0.0.1:${this.server.address().port}/`;
	}

	accept(near) {
		near.on('error', () => {});
		if (this.state === 'cut') {
			near.destroy();
			return;
		}
		const far = net.connect(this.target, '127.0.0.1');
		const pair = { near, far };
		this.pairs.add(pair);
		for (const [from, to] of [
			[near, far],
			[far, near],
		]) {
			from.on('data', (bytes) => this.state === 'open' && to.write(bytes));
			from.on('error', () => {});
			from.on('close', () => {
				to.destroy();
				this.pairs.delete(pair);
			});
		}
	}

	dropAll() {
		for (const { near, far } of this.pairs) {
			near.destroy();
			far.destroy();
		}
		this.pairs.clear();
	}

	cut() {
		this.state = 'cut';
		this.dropAll();
	}

	freeze() {
		this.state = 'frozen';
	}

	heal() {
		if (this.state === 'frozen') this.dropAll();
		this.state = 'open';
	}

	close() {
		this.dropAll();
		this.server.close();
	}
}

export const theBrowser = single(async () => {
	const require = createRequire(`${process.env.WEB_WORK}/`);
	const { chromium } = require('playwright-core');
	const browser = await chromium.launch({
		executablePath: process.env.WEB_CHROMIUM,
		args: [
			'--headless',
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
	endings.push(() => browser.close());
	return browser;
});
