// Schemas: for each kind of the OpenAPI document that kustomize carries, the tree of its fields with what strategic
// merge asks of it, and whether the kind lives in a namespace.
//
// The blob, little-endian. A text is a u32: offset into the pool << 8 | length.
//
//	header       8 x u32: where nodes, fields, keys, kinds, definitions, scopes and the pool begin, and the end
//	nodes        12 bytes: first field u16, fields u16, values u16, items u16, keys u16, definition u16
//	fields       6 bytes: name text, node u16; sorted by name within a node
//	keys         4 bytes: text of merge keys, joined by commas; entry 0 is empty
//	kinds        11 bytes: kind text, apiVersion text, node u16, layer u8; sorted by kind, then apiVersion
//	definitions  7 bytes: name text, node u16, layer u8; sorted by name
//	scopes       9 bytes: kind text, apiVersion text, namespaced u8; sorted by kind, then apiVersion
//
// In a node: values (of a map), items (of a list) and definition (its number + 1) are 0 where there are none, nodes
// there are numbered from 1; keys is 0 where lists are not merged, else the number of an entry of keys + 1.
// Layers: 0 is Kubernetes, 1 is what kustomize adds on top (its own configuration kinds).
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sort"
	"strings"

	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	"google.golang.org/protobuf/proto"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi/kubernetesapi"
	"sigs.k8s.io/kustomize/kyaml/openapi/kustomizationapi"
)

type field struct {
	name string
	node int
}

type node struct {
	fields        []field
	values, items int // node + 1
	keys          int // entry + 1
	definition    int // number + 1
}

type kind struct {
	kind, apiVersion string
	node             int
	layer            byte
}

type distiller struct {
	definitions spec.Definitions
	names       []string
	layer       map[string]byte
	number      map[string]int // of a definition; its node has the same number
	nodes       []node
	same        map[string]int
	keys        []string
	pool        bytes.Buffer
	texts       map[string]uint32
}

func schema() ([]byte, error) {
	builtin, err := kubernetes()
	if err != nil {
		return nil, err
	}
	own := &spec.Swagger{}
	if err := json.Unmarshal(kustomizationapi.MustAsset("kustomizationapi/swagger.json"), own); err != nil {
		return nil, err
	}
	d := &distiller{
		definitions: spec.Definitions{}, layer: map[string]byte{}, number: map[string]int{},
		same: map[string]int{}, keys: []string{""}, texts: map[string]uint32{},
	}
	for layer, s := range []*spec.Swagger{builtin, own} {
		for name, definition := range s.Definitions {
			if _, taken := d.definitions[name]; taken {
				return nil, fmt.Errorf("%s is defined twice", name)
			}
			d.definitions[name] = definition
			d.layer[name] = byte(layer)
			d.names = append(d.names, name)
		}
	}
	sort.Strings(d.names)
	for i, name := range d.names {
		d.number[name] = i
		d.nodes = append(d.nodes, node{definition: i + 1})
	}
	var kinds []kind
	for i, name := range d.names {
		definition := d.definitions[name]
		if definition.Ref.String() != "" {
			return nil, fmt.Errorf("%s is only a reference", name)
		}
		n, err := d.shape(&definition)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		n.definition = i + 1
		d.nodes[i] = n
		list, _ := definition.Extensions["x-kubernetes-group-version-kind"].([]any)
		for _, each := range list {
			k, v := typeMeta(each)
			kinds = append(kinds, kind{k, v, i, d.layer[name]})
		}
	}
	sort.Slice(kinds, func(i, j int) bool { return less(kinds[i], kinds[j]) })
	for i := 1; i < len(kinds); i++ {
		if !less(kinds[i-1], kinds[i]) {
			return nil, fmt.Errorf("two definitions of %v", kinds[i])
		}
	}
	return d.write(kinds, scopes(builtin)), nil
}

func kubernetes() (*spec.Swagger, error) {
	version := kubernetesapi.DefaultOpenAPI
	asset := filepath.Join("kubernetesapi", strings.ReplaceAll(version, ".", "_"), "swagger.pb")
	document := &openapi_v2.Document{}
	if err := proto.Unmarshal(kubernetesapi.OpenAPIMustAsset[version](asset), document); err != nil {
		return nil, err
	}
	s := &spec.Swagger{}
	_, err := s.FromGnostic(document)
	return s, err
}

func typeMeta(extension any) (kind, apiVersion string) {
	m, _ := extension.(map[string]any)
	kind, _ = m["kind"].(string)
	apiVersion, _ = m["version"].(string)
	if group, _ := m["group"].(string); group != "" {
		apiVersion = group + "/" + apiVersion
	}
	return kind, apiVersion
}

// scopes: a kind is namespaced when any path that gets it names a namespace.
func scopes(s *spec.Swagger) []kind {
	found := map[kind]bool{}
	for path, item := range s.Paths.Paths {
		if item.Get == nil || item.Get.Extensions["x-kubernetes-group-version-kind"] == nil {
			continue
		}
		k, v := typeMeta(item.Get.Extensions["x-kubernetes-group-version-kind"])
		key := kind{kind: k, apiVersion: v}
		found[key] = found[key] || strings.Contains(path, "namespaces/{namespace}")
	}
	var list []kind
	for k, namespaced := range found {
		if namespaced {
			k.layer = 1
		}
		list = append(list, k)
	}
	sort.Slice(list, func(i, j int) bool { return less(list[i], list[j]) })
	return list
}

func less(a, b kind) bool {
	return a.kind < b.kind || a.kind == b.kind && a.apiVersion < b.apiVersion
}

// shape gives what a schema says of fields, values, items and merging.
func (d *distiller) shape(s *spec.Schema) (node, error) {
	var n node
	for name := range s.Properties {
		n.fields = append(n.fields, field{name: name})
	}
	sort.Slice(n.fields, func(i, j int) bool { return n.fields[i].name < n.fields[j].name })
	for i := range n.fields {
		property := s.Properties[n.fields[i].name]
		at, err := d.node(&property)
		if err != nil {
			return n, fmt.Errorf("%s: %w", n.fields[i].name, err)
		}
		n.fields[i].node = at
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil {
		at, err := d.node(s.AdditionalProperties.Schema)
		if err != nil {
			return n, err
		}
		n.values = at + 1
	}
	if len(s.Type) == 1 && s.Type[0] == "array" && s.Items != nil && s.Items.Schema != nil {
		at, err := d.node(s.Items.Schema)
		if err != nil {
			return n, err
		}
		n.items = at + 1
	}
	strategy, _ := s.Extensions["x-kubernetes-patch-strategy"].(string)
	for _, word := range strings.Split(strategy, ",") {
		if word == "merge" {
			n.keys = d.mergeKeys(s) + 1
		}
	}
	return n, nil
}

func (d *distiller) mergeKeys(s *spec.Schema) int {
	joined, _ := s.Extensions["x-kubernetes-patch-merge-key"].(string)
	if list, found := s.Extensions["x-kubernetes-list-map-keys"].([]any); found {
		var keys []string
		for _, key := range list {
			keys = append(keys, key.(string))
		}
		joined = strings.Join(keys, ",")
	}
	for i, known := range d.keys {
		if known == joined {
			return i
		}
	}
	d.keys = append(d.keys, joined)
	return len(d.keys) - 1
}

// node gives the number of a schema's node: that of the definition it refers to, or one shared by all alike.
func (d *distiller) node(s *spec.Schema) (int, error) {
	if ref := s.Ref.String(); ref != "" {
		name, ok := strings.CutPrefix(ref, "#/definitions/")
		number, known := d.number[name]
		if !ok || !known {
			return 0, fmt.Errorf("%s is not known", ref)
		}
		return number, nil
	}
	n, err := d.shape(s)
	if err != nil {
		return 0, err
	}
	same := fmt.Sprint(n)
	if at, known := d.same[same]; known {
		return at, nil
	}
	d.nodes = append(d.nodes, n)
	d.same[same] = len(d.nodes) - 1
	return len(d.nodes) - 1, nil
}

func (d *distiller) text(s string) uint32 {
	if at, known := d.texts[s]; known {
		return at
	}
	if len(s) > 255 {
		panic("too long: " + s)
	}
	at := uint32(d.pool.Len())<<8 | uint32(len(s))
	d.pool.WriteString(s)
	d.texts[s] = at
	return at
}

func (d *distiller) write(kinds, scopes []kind) []byte {
	le := binary.LittleEndian
	var nodes, fields, keys, kindTable, definitions, scopeTable []byte
	count := 0
	for _, n := range d.nodes {
		for _, number := range []int{count, len(n.fields), n.values, n.items, n.keys, n.definition} {
			nodes = le.AppendUint16(nodes, uint16(number))
		}
		for _, f := range n.fields {
			fields = le.AppendUint32(fields, d.text(f.name))
			fields = le.AppendUint16(fields, uint16(f.node))
		}
		count += len(n.fields)
	}
	if count > 0xffff || len(d.nodes) > 0xfffe {
		panic("too many fields for 16 bits")
	}
	for _, key := range d.keys {
		keys = le.AppendUint32(keys, d.text(key))
	}
	for _, k := range kinds {
		kindTable = le.AppendUint32(kindTable, d.text(k.kind))
		kindTable = le.AppendUint32(kindTable, d.text(k.apiVersion))
		kindTable = le.AppendUint16(kindTable, uint16(k.node))
		kindTable = append(kindTable, k.layer)
	}
	for i, name := range d.names {
		definitions = le.AppendUint32(definitions, d.text(name))
		definitions = le.AppendUint16(definitions, uint16(i))
		definitions = append(definitions, d.layer[name])
	}
	for _, k := range scopes {
		scopeTable = le.AppendUint32(scopeTable, d.text(k.kind))
		scopeTable = le.AppendUint32(scopeTable, d.text(k.apiVersion))
		scopeTable = append(scopeTable, k.layer)
	}
	var header, body []byte
	for _, table := range [][]byte{nodes, fields, keys, kindTable, definitions, scopeTable, d.pool.Bytes()} {
		header = le.AppendUint32(header, uint32(32+len(body)))
		body = append(body, table...)
	}
	header = le.AppendUint32(header, uint32(32+len(body)))
	return append(header, body...)
}
