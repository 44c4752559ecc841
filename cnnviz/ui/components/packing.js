// The way back of packing.py: base64 text to numbers.
const unpacked = (text, type = Uint8Array) => new type(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
