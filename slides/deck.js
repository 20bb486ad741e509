// SPDX-License-Identifier: MIT
// Turns the pages of a deck. Nothing is loaded, nothing is stored; the page's number is in the address.
addEventListener('DOMContentLoaded', () => {
    const slides = [...document.querySelectorAll('section.level2')];
    const korean = document.documentElement.lang === 'ko';
    const help = document.body.appendChild(document.createElement('div'));
    help.id = 'help';
    help.textContent = korean
        ? '→ 스페이스 PageDown  다음\n← PageUp  이전\nHome, End  처음, 끝\nn  발표자 노트\nf  전체 화면\np  인쇄 (노트를 켜면 노트도)\n?  도움말'
        : '→ space PageDown  next\n← PageUp  back\nHome, End  first, last\nn  speaker notes\nf  full screen\np  print (with the notes, where they are shown)\n?  this help';
    slides.forEach((slide, i) => {
        const number = slide.appendChild(document.createElement('div'));
        number.className = 'number';
        number.textContent = (i + 1) + ' / ' + slides.length;
    });

    let now = 0;
    function show(wanted) {
        now = Math.max(0, Math.min(slides.length - 1, wanted));
        slides.forEach((slide, i) => slide.classList.toggle('now', i === now));
        history.replaceState(null, '', '#' + (now + 1));
    }

    // The wider form where the window is nearer to 16:9 than to 4:3.
    function fit() {
        const width = innerWidth / innerHeight > 1.55 ? 1280 : 960;
        document.documentElement.style.setProperty('--width', width);
        document.documentElement.style.setProperty('--scale', Math.min(innerWidth / width, innerHeight / 720));
    }

    const keys = {
        ArrowRight: () => show(now + 1), ArrowDown: () => show(now + 1), PageDown: () => show(now + 1),
        ' ': () => show(now + 1), Enter: () => show(now + 1),
        ArrowLeft: () => show(now - 1), ArrowUp: () => show(now - 1), PageUp: () => show(now - 1),
        Backspace: () => show(now - 1), Home: () => show(0), End: () => show(slides.length - 1),
        n: () => document.body.classList.toggle('speaking'),
        f: () => document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen(),
        p: () => print(),
        '?': () => document.body.classList.toggle('helping'),
    };
    addEventListener('keydown', event => {
        const turn = keys[event.key];
        if (!turn || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault();
        turn();
    });
    addEventListener('resize', fit);
    addEventListener('hashchange', () => show(parseInt(location.hash.slice(1), 10) - 1 || 0));
    fit();
    show(parseInt(location.hash.slice(1), 10) - 1 || 0);
});
