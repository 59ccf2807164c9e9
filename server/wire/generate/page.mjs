export function page() { return ""; }
