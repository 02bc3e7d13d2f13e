// audit.js - judges a page as it is now: names of controls, roles, landmarks, contrast, targets,
// doubled ids, width.  It runs inside the page, so it stands alone.  Returns sentences, none when
// all is well.

export function audit() {
	const LEAST = { normal: 4.5, high: 7 };
	const faults = [];
	const isShown = (e) =>
		e.checkVisibility({ checkVisibilityCSS: true, checkOpacity: false }) &&
		!e.closest('[inert]');
	const label = (e) =>
		`<${e.tagName.toLowerCase()}${e.id ? `#${e.id}` : ''}${e.className?.baseVal ?? (e.className ? `.${e.className}` : '')}>`;
	const byIds = (ids) =>
		ids
			.split(/\s+/)
			.map((id) => document.getElementById(id)?.textContent ?? '')
			.join(' ');

	function nameOf(e) {
		const labels = e.labels ? [...e.labels].map((l) => l.textContent).join(' ') : '';
		const by = e.getAttribute('aria-labelledby');
		return (
			by
				? byIds(by)
				: e.getAttribute('aria-label') ||
					labels ||
					e.textContent ||
					e.title ||
					''
		).trim();
	}

	// Colours, by letting the browser paint them.
	const paint = document
		.createElement('canvas')
		.getContext('2d', { willReadFrequently: true });
	function blend(colours) {
		paint.clearRect(0, 0, 1, 1);
		for (const colour of colours) {
			paint.fillStyle = colour;
			paint.fillRect(0, 0, 1, 1);
		}
		return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
	}
	function light(rgb) {
		const [r, g, b] = rgb.map((v) => {
			const c = v / 255;
			return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
		});
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	}
	function groundsOf(e) {
		const grounds = [];
		for (let at = e; at; at = at.parentElement)
			grounds.unshift(getComputedStyle(at).backgroundColor);
		return grounds;
	}
	function contrastOf(e) {
		const grounds = groundsOf(e);
		const [a, b] = [
			light(blend(grounds)),
			light(blend([...grounds, getComputedStyle(e).color])),
		];
		return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
	}

	// Names, and targets that can be hit.
	for (const e of document.querySelectorAll(
		'button, input, a[href], [role=log], dialog[open], aside, section',
	)) {
		if (!isShown(e) || e.getAttribute('aria-hidden') === 'true') continue;
		if (nameOf(e) === '') faults.push(`${label(e)} has no name`);
		const { width, height } = e.getBoundingClientRect();
		if (e.tagName === 'BUTTON' && (width < 24 || height < 24))
			faults.push(
				`${label(e)} is only ${Math.round(width)} x ${Math.round(height)}`,
			);
	}
	for (const e of document.querySelectorAll('[role=meter]'))
		for (const needed of ['aria-label', 'aria-valuenow', 'aria-valuemax'])
			if (!e.hasAttribute(needed)) faults.push(`${label(e)} has no ${needed}`);
	for (const e of document.querySelectorAll('svg[role=img], img'))
		if (!e.hasAttribute('alt') && !e.hasAttribute('aria-label'))
			faults.push(`${label(e)} has neither name nor empty alt`);

	// What refers to something, refers to something that is there; ids are there once.
	for (const attribute of ['for', 'aria-labelledby', 'aria-describedby', 'aria-controls'])
		for (const e of document.querySelectorAll(`[${attribute}]`))
			for (const id of e.getAttribute(attribute).split(/\s+/))
				if (!document.getElementById(id))
					faults.push(
						`${label(e)}: ${attribute} names ${id}, which is not there`,
					);
	const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
	for (const id of ids.filter((one, i) => ids.indexOf(one) !== i))
		faults.push(`id ${id} is there twice`);

	// Landmarks and headings.
	for (const landmark of ['main', 'header', 'h1'])
		if (document.querySelectorAll(landmark).length !== 1)
			faults.push(`there is not one ${landmark}`);
	if (!document.documentElement.lang || !document.title)
		faults.push('the page has no language or no title');
	for (const e of document.querySelectorAll('[tabindex]'))
		if (e.tabIndex > 0) faults.push(`${label(e)} jumps the order of focus`);

	// Contrast of all text that is shown.
	const least = LEAST[document.documentElement.dataset.contrast];
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) {
		const e = texts.currentNode.parentElement;
		if (
			texts.currentNode.data.trim() === '' ||
			!isShown(e) ||
			e.closest('svg, .aside, .skips, noscript, :disabled')
		)
			continue;
		const ratio = contrastOf(e);
		if (ratio < least)
			faults.push(
				`${label(e)} "${texts.currentNode.data.trim().slice(0, 20)}": contrast ${ratio.toFixed(2)}`,
			);
	}

	// Nothing runs over the edge.
	const root = document.documentElement;
	if (root.scrollWidth > root.clientWidth)
		faults.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`);
	return faults;
}
