// SPDX-License-Identifier: MIT
// Put into a deck by tests/e2e/slides.sh: shows each slide in turn, and writes what is wrong with it
// into the document, as "WRONG slide: what", and one line "CHECKED slides images". Errors of the
// page's own script and whatever its policy forbade are told, too.
const wrong = [];
addEventListener('error', event => wrong.push('0: error: ' + event.message));
addEventListener('securitypolicyviolation', event => wrong.push('0: forbidden: ' + event.blockedURI));
addEventListener('load', () => {
    const slides = [...document.querySelectorAll('section.level2')];
    // The keys turn pages, and show the notes.
    const press = key => dispatchEvent(new KeyboardEvent('keydown', { key }));
    const now = () => slides.findIndex(slide => getComputedStyle(slide).display !== 'none');
    for (const [key, wanted] of [['End', slides.length - 1], ['Home', 0], ['ArrowRight', 1], ['PageDown', 2], ['ArrowLeft', 1]]) {
        press(key);
        if (now() !== wanted) wrong.push('0: ' + key + ' shows slide ' + (now() + 1));
    }
    press('n');
    if (!slides[1].querySelector('.notes')?.offsetHeight) wrong.push('0: n shows no notes');
    press('n');
    let images = 0;
    // At 16:9 and at 4:3, in units of its own: what deck.js chooses by the shape of the window.
    for (const width of [1280, 960]) {
        document.documentElement.style.setProperty('--width', width);
        document.documentElement.style.setProperty('--scale', 1);
        images = 0;
        slides.forEach((slide, i) => {
            const tell = what => wrong.push((i + 1) + ' at ' + width + ': ' + what);
            location.hash = i + 1;
            slides.forEach(other => other.classList.toggle('now', other === slide));
            if (getComputedStyle(slide).display === 'none') tell('not shown');
            if (slide.scrollHeight > slide.clientHeight) tell('too high: ' + slide.scrollHeight + ' of ' + slide.clientHeight);
            if (slide.scrollWidth > slide.clientWidth) tell('too wide: ' + slide.scrollWidth + ' of ' + slide.clientWidth);
            const paper = slide.getBoundingClientRect(), unit = paper.height / 720;
            const footer = slide.querySelector('.source');
            const floor = paper.bottom - (footer ? 720 * unit - (footer.getBoundingClientRect().top - paper.top) : 30 * unit);
            for (const part of slide.querySelectorAll('*')) {
                const box = part.getBoundingClientRect();
                if (part.closest('.notes') || box.width === 0) continue;
                const name = part.tagName.toLowerCase() + ' “' + part.textContent.trim().slice(0, 40) + '”';
                if (box.left < paper.left || box.right > paper.right + 1) tell(name + ' leaves the slide');
                if (!part.matches('.source, .source *, .number') && box.bottom > floor + 1) tell(name + ' stands on the footer');
                if (part.matches('pre') && part.scrollWidth > part.clientWidth) tell(name + ' is cut off');
                const text = [...part.childNodes].some(node => node.nodeType === 3 && node.data.trim());
                if (text && parseFloat(getComputedStyle(part).fontSize) < 18) tell(name + ' is too small');
            }
            for (const image of slide.querySelectorAll('img')) {
                images++;
                if (!image.complete || !image.naturalWidth) tell('image does not load: ' + image.alt);
                else if (image.getBoundingClientRect().height < 200 * unit) tell('image too small to be seen: ' + image.alt);
            }
            if (!slide.querySelector('.notes')) tell('no notes');
        });
    }
    // What the policy forbade is told a little later.
    setTimeout(() => {
        for (const entry of performance.getEntriesByType('resource'))
            if (!entry.name.startsWith('data:')) wrong.push('0: asks for ' + entry.name);
        const said = document.body.appendChild(document.createElement('pre'));
        said.textContent = '\n' + wrong.map(line => 'WRONG ' + line).join('\n') +
            '\nCHECKED ' + slides.length + ' slides, ' + images + ' images, at both sizes\n';
    }, 500);
});
