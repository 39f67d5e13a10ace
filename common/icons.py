"""The drawings of the icons, by name: 16 px grid, stroke 1.75, always beside a word (pages.md §3)."""

ICONS = {
    "answer": '<path d="M2.5 3h11v8h-6l-3 2.5V11h-2zM5.5 7l1.8 1.6L11 5.6"/>',
    "ask": '<path d="M2.5 3h11v8h-6l-3 2.5V11h-2z"/>',
    "call": '<path d="M4 2.5h2.5L7.5 6 6 7.2a8 8 0 0 0 3 3l1.2-1.5 3.3 1V12a1.5 1.5 0 0 1-1.5 1.5'
    'C7 13.5 2.5 9 2.5 4A1.5 1.5 0 0 1 4 2.5z"/>',
    "change": '<path d="M3 5h6M12 5h1M3 11h1M7 11h6"/>'
    '<circle cx="10.5" cy="5" r="1.5"/><circle cx="5.5" cy="11" r="1.5"/>',
    "check": '<path d="m3 8.5 3.3 3.300L13 5"/>',
    "claim": '<path d="M4 13.500v-11M4 3h8.500l-2 2.750 2 2.750H4"/>',
    "clip": '<path d="m12.5 7.5-5 5a3 3 0 0 1-4.2-4.2l5.6-5.6a2 2 0 0 1 2.8 2.8l-5.4 5.4a1 1 0 0 1-1.4-1.4l4.7-4.7"/>',
    "closed": '<path d="M2.5 3h11v3h-11zM3.5 6v7.5h9V6M6.5 9h3"/>',
    "dismissed": '<circle cx="8" cy="8" r="5.9"/><path d="m4 12 8-8"/>',
    "finding": '<path d="M8 2 14.5 13.5H1.5zM8 6.5v3M8 11.6v.05"/>',
    "late": '<circle cx="8" cy="8" r="5.8"/><path d="M8 4.800V8.500M8 11v.05"/>',
    "message": '<path d="M2 3.500h12v9H2zM2 4l6 5 6-5"/>',
    "note": '<path d="M3.5 2.5h9v11h-9zM6 6h4M6 9h4"/>',
    "open": '<circle cx="8" cy="8" r="5.6"/><circle class="fill" cx="8" cy="8" r="2.5"/>',
    "parked": '<circle cx="8" cy="8" r="5.8"/><path d="M6.3 5.800v4.400M9.7 5.800v4.4"/>',
    "promise": '<circle cx="8" cy="8" r="5.8"/><path d="M8 4.8V8l2.2 1.6"/>',
    "running": '<path d="M13.2 8.600A5.3 5.3 0 1 1 11.9 4.300L13.5 6M13.6 2.400V6H10"/>',
    "sev0": '<path d="M2.7 13.900v.05M6.3 13.900v.05M9.7 13.900v.05M13 13.900v.05"/>',
    "sev1": '<path class="fill" d="M2 10h2v4H2z"/><path d="M6.3 13.9v.05M9.7 13.9v.05M13 13.9v.05"/>',
    "sev2": '<path class="fill" d="M2 10h2v4H2zM5.3 7.3h2V14h-2z"/><path d="M9.7 13.9v.05M13 13.9v.05"/>',
    "sev3": '<path class="fill" d="M2 10h2v4H2zM5.3 7.3h2V14h-2zM8.7 4.7h2V14h-2z"/><path d="M13 13.9v.05"/>',
    "sev4": '<path class="fill" d="M2 10h2v4H2zM5.3 7.3h2V14h-2zM8.7 4.7h2V14h-2zM12 2h2v12h-2z"/>',
    "solved": '<circle class="fill" cx="8" cy="8" r="6.2"/><path class="ko" d="m5 8.2 2.1 2.1L11 6.2"/>',
    "state": '<path d="M2.5 5.5h9.5L9.5 3M13.5 10.5H4L6.5 13"/>',
    "unknown": '<circle cx="8" cy="8" r="6" stroke-dasharray="2.4 2.2"/>'
    '<path d="M6.3 6.4a1.8 1.8 0 1 1 2.5 1.6c-.6.3-.8.6-.8 1.100M8 11.400v.05"/>',
}
