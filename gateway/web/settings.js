// settings.js - what the player likes: kept in this browser, shown in a dialog, put on <html> as
// data-* attributes, from which the style sheets take it.

const KEY = 'mudlark.settings';

export const DEFAULTS = Object.freeze({
	font: 'book', // book, plain, mono
	size: 100, // percent
	theme: 'auto', // auto, dark, light
	contrast: 'auto', // auto, normal, high
	reader: false,
	sounds: false,
	echo: true,
	panels: true,
});

const CHOICES = {
	font: ['book', 'plain', 'mono'],
	theme: ['auto', 'dark', 'light'],
	contrast: ['auto', 'normal', 'high'],
};
const SIZES = { min: 80, max: 180 };

// Whatever was stored: only what is known and sane counts.
export function cleanSettings(saved) {
	const settings = { ...DEFAULTS };
	for (const [key, value] of Object.entries(saved ?? {})) {
		const isChoice = CHOICES[key]?.includes(value);
		const isFlag = typeof DEFAULTS[key] === 'boolean' && typeof value === 'boolean';
		const isSize = key === 'size' && value >= SIZES.min && value <= SIZES.max;
		if (isChoice || isFlag || isSize) settings[key] = value;
	}
	return settings;
}

function load() {
	try {
		return cleanSettings(JSON.parse(localStorage.getItem(KEY) ?? '{}'));
	} catch {
		return { ...DEFAULTS };
	}
}

export class Settings {
	constructor(dialog, onChange) {
		this.dialog = dialog;
		this.form = dialog.querySelector('form');
		this.onChange = onChange;
		this.values = load();
		this.dark = matchMedia('(prefers-color-scheme: dark)');
		this.more = matchMedia('(prefers-contrast: more)');
		for (const query of [this.dark, this.more])
			query.addEventListener('change', () => this.apply());
		this.form.addEventListener('input', () => this.read());
		dialog.querySelector('#settings-reset').addEventListener('click', () =>
			this.set(DEFAULTS),
		);
		// A click beside the dialog closes it.
		dialog.addEventListener(
			'click',
			(event) => event.target === dialog && dialog.close(),
		);
		this.apply();
	}

	open() {
		this.fill();
		this.dialog.showModal();
	}

	get(key) {
		return this.values[key];
	}

	set(changes) {
		this.values = cleanSettings({ ...this.values, ...changes });
		try {
			localStorage.setItem(KEY, JSON.stringify(this.values));
		} catch {
			// Then they hold until the page is left.
		}
		this.fill();
		this.apply();
		this.onChange(this.values);
	}

	fill() {
		for (const field of this.form.elements) {
			const value = this.values[field.name];
			if (value === undefined) continue;
			if (field.type === 'checkbox') field.checked = value;
			else if (field.type === 'radio') field.checked = field.value === value;
			else field.value = String(value);
		}
		this.form.querySelector('#size-shown').textContent = `${this.values.size} %`;
	}

	read() {
		const changes = {};
		for (const field of this.form.elements) {
			if (
				DEFAULTS[field.name] === undefined ||
				(field.type === 'radio' && !field.checked)
			)
				continue;
			changes[field.name] =
				field.type === 'checkbox'
					? field.checked
					: field.type === 'range'
						? Number(field.value)
						: field.value;
		}
		this.set(changes);
	}

	apply() {
		const { font, size, theme, contrast, reader, panels } = this.values;
		const root = document.documentElement;
		const isDark = theme === 'auto' ? this.dark.matches : theme === 'dark';
		const isHigh = contrast === 'auto' ? this.more.matches : contrast === 'high';
		Object.assign(root.dataset, {
			font,
			theme: isDark ? 'dark' : 'light',
			contrast: isHigh ? 'high' : 'normal',
			reader: reader ? 'on' : 'off',
			panels: panels ? 'on' : 'off',
		});
		root.style.setProperty('--size', String(size / 100));
	}
}
