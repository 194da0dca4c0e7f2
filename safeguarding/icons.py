"""What do the icons look like? Hand-drawn line icons; always decoration, the words beside them carry the meaning."""

from functools import cache

from django.utils.safestring import SafeString

from safeguarding.markup import format_html

_LINE = (
    'viewBox="0 0 {size} {size}" fill="none" stroke="currentColor" stroke-width="{width}" '
    'stroke-linecap="round" stroke-linejoin="round"'
)
_LINE_16 = _LINE.format(size=16, width=1.8)
_BOLD_16 = _LINE.format(size=16, width=2.4)
_FILL_18 = 'viewBox="0 0 18 18"'
_STEP_20 = 'viewBox="0 0 20 20"'
_ON_FILL = 'stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'

# name: (attributes of the svg, its content)
_ICONS: dict[str, tuple[str, str]] = {
    "logo": (
        'viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round"',
        '<path d="M11 3.6A13 13 0 0 0 7.2 25.6"/><path d="M21 3.6a13 13 0 0 1 3.8 22"/>'
        '<circle cx="16" cy="14.6" r="4.2" fill="currentColor" stroke="none"/>'
        '<path d="M8.5 29c2.5-2 5-2 7.5 0s5 2 7.5 0" stroke-width="2.4"/>',
    ),
    "search": (_LINE_16, '<circle cx="7" cy="7" r="4.6"/><path d="m10.6 10.6 3.6 3.6"/>'),
    "plus": (_BOLD_16, '<path d="M8 2.5v11M2.5 8h11"/>'),
    "lock": (
        _LINE_16,
        '<rect x="3" y="7" width="10" height="7" rx="1.2"/><path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2"/>',
    ),
    "leave": (_LINE_16, '<path d="M6.5 2.5H3v11h3.5M7 8h6.5M11 5.5 13.5 8 11 10.5"/>'),
    "pin": (_LINE_16, '<path d="M5 2h6M6 2v4.6L3.8 9.2h8.4L10 6.6V2M8 9.4V14"/>'),
    "info": (_LINE_16, '<circle cx="8" cy="8" r="6.4"/><path d="M8 7.4v3.8M8 4.7v.1"/>'),
    "warn": (_LINE_16, '<path d="M8 1.9 15 14H1z"/><path d="M8 6.4v3.2M8 11.8v.1"/>'),
    "tick": (_BOLD_16, '<path d="m3 8.5 3.4 3.4L13 4.8"/>'),
    "cross": (_LINE_16, '<path d="m4 4 8 8M12 4l-8 8"/>'),
    "note": (_LINE_16, '<path d="M3 2.5h10v11H3zM5.5 6h5M5.5 9h3"/>'),
    "flag": (_LINE_16, '<path d="M4 14V2.5h8l-1.8 3L12 8.5H4"/>'),
    "people": (
        _LINE_16,
        '<circle cx="6" cy="5.5" r="2.5"/><path d="M1.8 13.5c0-2.6 1.8-4 4.2-4s4.2 1.4 4.2 4M11 3.6a2.3 2.3 0 0 1 '
        '0 4M12 9.8c1.5.5 2.3 1.8 2.3 3.7"/>',
    ),
    "out": (_LINE_16, '<path d="M9.5 2.5h4v4M13.5 2.5 7 9M6 3.5H2.5v10h10V10"/>'),
    "calendar": (_LINE_16, '<path d="M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v3M10.5 2v3"/>'),
    "document": (_LINE_16, '<path d="M4 1.8h5l3 3v9.4H4zM9 1.8v3h3"/>'),
    "heart": (
        _LINE_16,
        '<path d="M8 13.5S2 10 2 5.9A3.1 3.1 0 0 1 8 4.6a3.1 3.1 0 0 1 6 1.3C14 10 8 13.5 8 13.5z"/>',
    ),
    "bell": (_LINE_16, '<path d="M3.5 11.5V7a4.5 4.5 0 0 1 9 0v4.500l1 1h-11zM6.8 14.3h2.4"/>'),
    "danger": (
        _LINE.format(size=24, width=2),
        '<path d="M12 3 22.5 21h-21z"/><path d="M12 9.5v5M12 17.7v.2"/>',
    ),
    "person": (
        'viewBox="0 0 54 62" fill="currentColor"',
        '<circle cx="27" cy="22" r="13"/><path d="M3 62c0-15 10-23 24-23s24 8 24 23z"/>',
    ),
    "step-done": (
        _STEP_20,
        '<circle cx="10" cy="10" r="9.2" fill="currentColor"/><path d="m6 10.3 2.8 2.8 5.4-5.7" '
        f'fill="none" {_ON_FILL}/>',
    ),
    "step-now": (
        _STEP_20,
        '<circle cx="10" cy="10" r="8" fill="none" stroke="currentColor" stroke-width="2.4"/>'
        '<circle cx="10" cy="10" r="4" fill="currentColor"/>',
    ),
    "step-todo": (
        _STEP_20,
        '<circle cx="10" cy="10" r="8" fill="none" stroke="currentColor" stroke-width="2"/>',
    ),
    "light-warn": (
        _FILL_18,
        f'<path d="M9 1 17.5 16.5H.5z" fill="currentColor"/><path d="M9 6.5v4.3M9 13.3v.2" fill="none" {_ON_FILL}/>',
    ),
    "light-bad": (
        _FILL_18,
        '<path d="M5.5 1h7L17 5.5v7L12.5 17h-7L1 12.5v-7z" fill="currentColor"/>'
        f'<path d="m6 6 6 6m0-6-6 6" fill="none" {_ON_FILL}/>',
    ),
    "light-off": (
        _FILL_18,
        '<circle cx="9" cy="9" r="7" fill="none" stroke="currentColor" stroke-width="2"/>'
        '<path d="M5.5 9h7" stroke="currentColor" stroke-width="2"/>',
    ),
    "done": (
        _FILL_18,
        f'<circle cx="9" cy="9" r="8" fill="currentColor"/><path d="m5.2 9.3 2.6 2.6 5-5.3" fill="none" {_ON_FILL}/>',
    ),
}


@cache
def svg(name: str) -> SafeString:
    """The icon `name`, sized by the stylesheet. `KeyError` when there is none: a spelling mistake, not a state."""
    attributes, content = _ICONS[name]
    return format_html(
        '<svg {} aria-hidden="true" focusable="false">{}</svg>', SafeString(attributes), SafeString(content)
    )


def level_bars(level: int) -> SafeString:
    """The four bars of a level of need, `level` of them filled."""
    bars = "".join(
        f'<rect{" class=" + chr(34) + "on" + chr(34) if n <= level else ""} x="{(n - 1) * 5}" y="{14 - n * 3.5:g}" '
        f'width="4" height="{n * 3.5:g}" rx="0.6"/>'
        for n in range(1, 5)
    )
    return format_html('<svg viewBox="0 0 19 14" aria-hidden="true" focusable="false">{}</svg>', SafeString(bars))
