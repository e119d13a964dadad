// The blob, little-endian. A text is a u32: offset into the pool << 8 | length. Minor versions are one byte: `since` is 0
// for what was there before the oldest release, `until` 255 for what is still there in the newest.
//
//	header      8 x u32: where nodes, fields, slots, kinds, kind slots and the pool begin, the end, the number of kinds
//	nodes       16 bytes: shape u8, bits u8, first field (structure) or what it is of u16, fields u16, seed u16,
//	            slots u32, name text
//	fields      8 bytes: name text, node u16, since u8, until u8; by name within a node, the newest first
//	slots       one byte: the number of a field within its node, from 1; 0 is empty
//	kinds       32 bytes: kind, group and version texts, node u16, since u8, until u8, introduced u8, deprecated u8,
//	            removed u8, flags u8 (1 lives in a namespace, 2 list), replacement: group, version and kind texts;
//	            by kind, group and version
//	kind slots  1024 x u16: the number of the first row of a kind, from 1; 0 is empty; the next slot is tried
//
// The field of a name is found in slot `find(name, seed) >> (64 - bits)` of its node; no two names of a node share a slot.
// A kind begins to be looked for in slot `find(kind, 0) >> 54`.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"sort"
	"strings"
)

const kindSlots = 1024

type writer struct {
	pool  bytes.Buffer
	texts map[string]uint32
}

func (w *writer) text(s string) uint32 {
	if at, known := w.texts[s]; known {
		return at
	}
	if len(s) > 255 {
		panic("too long: " + s)
	}
	at := uint32(w.pool.Len())<<8 | uint32(len(s))
	w.pool.WriteString(s)
	w.texts[s] = at
	return at
}

// find spreads a name over 64 bits; src/kubernetes/go_types.rs has the same function.
func find(name string, seed uint64) uint64 {
	var first, last uint64
	b := []byte(name)
	switch n := len(b); {
	case n > 16:
		middle := binary.LittleEndian.Uint64(b[n/2-4:])
		first, last = binary.LittleEndian.Uint64(b)^bits.RotateLeft64(middle, 11), binary.LittleEndian.Uint64(b[n-8:])
	case n >= 8:
		first, last = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
	case n >= 4:
		first, last = uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[n-4:]))
	case n > 0:
		first, last = uint64(b[0])|uint64(b[n/2])<<8, uint64(b[n-1])
	}
	mixed := ((first ^ bits.RotateLeft64(last, 29)) + uint64(len(b))) * 0x9e3779b97f4a7c15
	mixed ^= mixed >> 32
	return mixed * (0xd6e8feb86659fd93 + 2*seed)
}

func (d *distiller) blob() ([]byte, error) {
	w := &writer{texts: map[string]uint32{}}
	le := binary.LittleEndian
	var nodes, fields, slots, kinds []byte
	count := 0
	for _, n := range d.nodes {
		sort.SliceStable(n.fields, func(i, j int) bool {
			a, b := n.fields[i], n.fields[j]
			return a.name < b.name || a.name == b.name && a.since > b.since
		})
		size, seed, table, err := place(n)
		if err != nil {
			return nil, err
		}
		of := n.of
		if n.shape == structure {
			of = count
		}
		nodes = append(nodes, byte(n.shape), byte(size))
		nodes = le.AppendUint16(nodes, uint16(of))
		nodes = le.AppendUint16(nodes, uint16(len(n.fields)))
		nodes = le.AppendUint16(nodes, uint16(seed))
		nodes = le.AppendUint32(nodes, uint32(len(slots)))
		nodes = le.AppendUint32(nodes, w.text(n.name))
		slots = append(slots, table...)
		for _, f := range n.fields {
			fields = le.AppendUint32(fields, w.text(f.name))
			fields = le.AppendUint16(fields, uint16(f.node))
			fields = append(fields, f.since8(), f.until8())
		}
		count += len(n.fields)
	}
	if count > 0xffff || len(d.nodes) > 0xffff {
		return nil, fmt.Errorf("too many fields for 16 bits")
	}
	list := d.sorted()
	table := make([]uint16, kindSlots)
	for row, k := range list {
		for _, text := range []string{k.kind, k.group, k.version} {
			kinds = le.AppendUint32(kinds, w.text(text))
		}
		kinds = le.AppendUint16(kinds, uint16(k.node))
		flags := byte(0)
		if k.namespaced {
			flags |= 1
		}
		if k.list {
			flags |= 2
		}
		kinds = append(kinds, k.since8(), k.until8(),
			byte(k.life.introduced), byte(k.life.deprecated), byte(k.life.removed), flags)
		for _, text := range []string{k.life.replacement.group, k.life.replacement.version, k.life.replacement.kind} {
			kinds = le.AppendUint32(kinds, w.text(text))
		}
		if row == 0 || list[row-1].kind != k.kind {
			at := find(k.kind, 0) >> 54
			for table[at] != 0 {
				at = (at + 1) % kindSlots
			}
			table[at] = uint16(row + 1)
		}
	}
	var kindTable []byte
	for _, row := range table {
		kindTable = le.AppendUint16(kindTable, row)
	}
	var header, body []byte
	for _, part := range [][]byte{nodes, fields, slots, kinds, kindTable, w.pool.Bytes()} {
		header = le.AppendUint32(header, uint32(32+len(body)))
		body = append(body, part...)
	}
	header = le.AppendUint32(header, uint32(32+len(body)))
	header = le.AppendUint32(header, uint32(len(list)))
	fmt.Println(len(d.nodes), "nodes,", count, "fields,", len(list), "kinds,", len(header)+len(body), "bytes")
	return append(header, body...), nil
}

// place finds a seed with which no two names of a structure share a slot.
func place(n *node) (size, seed int, table []byte, err error) {
	var names []string
	var first []int
	for i, f := range n.fields {
		if i == 0 || n.fields[i-1].name != f.name {
			names = append(names, f.name)
			first = append(first, i)
		}
	}
	if len(n.fields) > 254 {
		return 0, 0, nil, fmt.Errorf("%s has too many fields", n.name)
	}
	if len(names) == 0 {
		return 0, 0, nil, nil
	}
	for size = bits.Len(uint(len(names))); size < 12; size++ {
	seeds:
		for seed = 0; seed < 1<<12; seed++ {
			table = make([]byte, 1<<size)
			for i, name := range names {
				at := find(name, uint64(seed)) >> (64 - size)
				if table[at] != 0 {
					continue seeds
				}
				table[at] = byte(first[i] + 1)
			}
			return size, seed, table, nil
		}
	}
	return 0, 0, nil, fmt.Errorf("no seed for %s", n.name)
}

func (s span) since8() byte {
	if s.since <= releases[0].minor {
		return 0
	}
	return byte(s.since)
}

func (s span) until8() byte {
	if s.until > releases[len(releases)-1].minor {
		return always
	}
	return byte(s.until)
}

func (d *distiller) sorted() []*kind {
	var list []*kind
	for _, k := range d.kinds {
		list = append(list, k)
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.kind != b.kind {
			return a.kind < b.kind
		}
		if a.group != b.group {
			return a.group < b.group
		}
		return a.version < b.version
	})
	return list
}

// text is the same for people.
func (d *distiller) text() []byte {
	var out bytes.Buffer
	for _, k := range d.sorted() {
		fmt.Fprintf(&out, "%s/%s %s [%d, %d) namespaced=%v introduced %d deprecated %d removed %d use %v\n",
			k.group, k.version, k.kind, k.since8(), k.until8(), k.namespaced, k.life.introduced, k.life.deprecated,
			k.life.removed, k.life.replacement)
	}
	for i, n := range d.nodes {
		fmt.Fprintf(&out, "%d %d %s of %d\n", i, n.shape, n.name, n.of)
		for _, f := range n.fields {
			fmt.Fprintf(&out, "  %s %d [%d, %d)\n", f.name, f.node, f.since8(), f.until8())
		}
	}
	return []byte(strings.TrimSpace(out.String()) + "\n")
}
