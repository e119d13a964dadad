// Distilling: one node for each Go type over all releases. The fields of a structure carry the versions in which they
// are there, so that a type that gained a field is still one node.
package main

import (
	"fmt"
	"go/ast"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

// How a value is decoded. The numbers are those of the blob; src/kubernetes/go_types.rs has the same list.
type shape byte

const (
	anything shape = iota // any JSON: RawExtension, FieldsV1, JSON
	text
	boolean
	int32Number
	int64Number
	uint8Number
	uint32Number
	uint64Number
	float
	base64
	time
	microTime
	duration
	quantity
	intOrString
	structure
	list                // of `of`
	mapping             // of `of`, keys are texts
	schemaOrBool        // a JSON schema (`of`) or a truth value, decoded leniently inside
	schemaOrArray       // a JSON schema (`of`) or a list of them, decoded leniently inside
	schemaOrStringArray // a JSON schema (`of`) or a list of texts, decoded leniently inside
	number64            // `int`: 64 bits
)

// Versions in which something is there: since ≤ minor < until.
type span struct{ since, until int }

const always = 255

type field struct {
	name string
	node int
	span
}

type node struct {
	shape  shape
	name   string // of a structure: its Go name
	of     int
	fields []*field
}

type kind struct {
	gvk
	node       int
	namespaced bool
	list       bool
	span       // of the Go type
	life       lifecycle
}

type distiller struct {
	nodes   []*node
	known   map[string]int
	kinds   map[gvk]*kind
	minor   int
	sources *sources
	todo    []func() error // structures of this release whose fields are still to be read
	read    map[string]bool
}

func newDistiller() *distiller {
	return &distiller{known: map[string]int{}, kinds: map[gvk]*kind{}}
}

func (d *distiller) release(minor int, s *sources) error {
	d.minor, d.sources, d.read = minor, s, map[string]bool{}
	packages, err := s.kinds()
	if err != nil {
		return err
	}
	for _, p := range packages {
		var names []string
		for name := range p.types {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			if err := d.kind(p, p.types[name]); err != nil {
				return err
			}
		}
	}
	for len(d.todo) > 0 {
		next := d.todo[0]
		d.todo = d.todo[1:]
		if err := next(); err != nil {
			return err
		}
	}
	return nil
}

// kind takes in a type when it is a kind that can be written: a resource, or a list of them.
func (d *distiller) kind(p *pkg, t *goType) error {
	object := strings.Contains(t.marks, "+k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object")
	// Bindings are written, though no client has methods for them.
	resource := hasLine(t.marks, "+genclient") || t.name == "Binding" && strings.HasSuffix(p.path, "core/v1")
	isList := strings.HasSuffix(t.name, "List") && !resource
	if !object || !resource && !isList {
		return nil
	}
	at, err := d.named(t)
	if err != nil {
		return fmt.Errorf("%s.%s: %w", p.path, t.name, err)
	}
	name := gvk{p.group, p.path[strings.LastIndex(p.path, "/")+1:], t.name}
	k := d.kinds[name]
	if k == nil {
		k = &kind{gvk: name, node: at, list: isList, span: span{d.minor, always}}
		d.kinds[name] = k
	}
	k.namespaced = !isList && !hasLine(t.marks, "+genclient:nonNamespaced")
	k.until = d.minor + 1
	if life := p.lifecycle[t.name]; life != nil {
		k.life = *life
	}
	return nil
}

// Kinds whose types outlived their service, which no lifecycle tells; the OpenAPI documents of the releases do.
var ended = map[gvk]int{
	{"networking.k8s.io", "v1alpha1", "IPAddress"}:     31,
	{"networking.k8s.io", "v1alpha1", "ServiceCIDR"}:   31,
	{"node.k8s.io", "v1alpha1", "RuntimeClass"}:        24,
	{"rbac.authorization.k8s.io", "v1alpha1", ""}:      23,
	{"scheduling.k8s.io", "v1alpha1", "PriorityClass"}: 23,
}

// settle corrects what the lifecycles say.
func (d *distiller) settle() {
	for name, k := range d.kinds {
		for _, kind := range []string{"", strings.TrimSuffix(name.kind, "List")} {
			if minor, known := ended[gvk{name.group, name.version, kind}]; known {
				k.life.removed = minor
			}
		}
		// Some replacements name the list of the kind.
		if k.life.replacement.kind == name.kind+"List" {
			k.life.replacement.kind = name.kind
		}
	}
}

func hasLine(marks, wanted string) bool {
	for _, line := range strings.Split(marks, "\n") {
		if strings.TrimSpace(strings.TrimPrefix(line, "//")) == wanted {
			return true
		}
	}
	return false
}

// What decodes itself.
var special = map[string]shape{
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time":                     time,
	"k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime":                microTime,
	"k8s.io/apimachinery/pkg/apis/meta/v1.Duration":                 duration,
	"k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1":                 anything,
	"k8s.io/apimachinery/pkg/runtime.RawExtension":                  anything,
	"k8s.io/apimachinery/pkg/api/resource.Quantity":                 quantity,
	"k8s.io/apimachinery/pkg/util/intstr.IntOrString":               intOrString,
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSON": anything,
}

var schemas = map[string]shape{
	"JSONSchemaPropsOrBool": schemaOrBool, "JSONSchemaPropsOrArray": schemaOrArray,
	"JSONSchemaPropsOrStringArray": schemaOrStringArray,
}

var builtin = map[string]shape{
	"string": text, "bool": boolean, "int32": int32Number, "int64": int64Number, "int": number64, "uint8": uint8Number,
	"byte": uint8Number, "uint32": uint32Number, "uint64": uint64Number, "float64": float,
}

// named gives the node of a named type.
func (d *distiller) named(t *goType) (int, error) {
	full := t.pkg.path + "." + t.name
	if s, ok := special[full]; ok {
		return d.plain(s, 0), nil
	}
	if s, ok := schemas[t.name]; ok && strings.Contains(t.pkg.path, "apiextensions") {
		of, err := d.named(t.pkg.types["JSONSchemaProps"])
		return d.plain(s, of), err
	}
	if t.pkg.decoders[t.name] {
		return 0, fmt.Errorf("%s decodes itself in a way that is not known here", full)
	}
	body, ok := t.expr.(*ast.StructType)
	if !ok {
		return d.expr(t, t.expr)
	}
	at, ok := d.known[full]
	if !ok {
		at = d.add(full, &node{shape: structure, name: t.name})
	}
	if !d.read[full] {
		d.read[full] = true
		d.todo = append(d.todo, func() error {
			seen := map[string]bool{}
			if err := d.fields(d.nodes[at], t, body, seen); err != nil {
				return fmt.Errorf("%s: %w", full, err)
			}
			return nil
		})
	}
	return at, nil
}

// plain gives the node of something that is no structure; all alike share one.
func (d *distiller) plain(s shape, of int) int {
	key := fmt.Sprint(s, " ", of)
	if at, ok := d.known[key]; ok {
		return at
	}
	return d.add(key, &node{shape: s, of: of})
}

func (d *distiller) add(key string, n *node) int {
	d.nodes = append(d.nodes, n)
	d.known[key] = len(d.nodes) - 1
	return len(d.nodes) - 1
}

func (d *distiller) expr(t *goType, e ast.Expr) (int, error) {
	switch e := e.(type) {
	case *ast.StarExpr:
		return d.expr(t, e.X)
	case *ast.InterfaceType:
		return d.plain(anything, 0), nil
	case *ast.Ident, *ast.SelectorExpr:
		if name, ok := e.(*ast.Ident); ok && t.pkg.types[name.Name] == nil {
			if s, ok := builtin[name.Name]; ok {
				return d.plain(s, 0), nil
			}
			return 0, fmt.Errorf("no type %s", name.Name)
		}
		to, err := d.look(t, e)
		if err != nil {
			return 0, err
		}
		return d.named(to)
	case *ast.ArrayType:
		if name, ok := e.Elt.(*ast.Ident); ok && (name.Name == "byte" || name.Name == "uint8") {
			return d.plain(base64, 0), nil
		}
		of, err := d.expr(t, e.Elt)
		return d.plain(list, of), err
	case *ast.MapType:
		of, err := d.expr(t, e.Value)
		return d.plain(mapping, of), err
	}
	return 0, fmt.Errorf("a type that is not known here: %T", e)
}

// look finds a named type.
func (d *distiller) look(t *goType, e ast.Expr) (*goType, error) {
	switch e := e.(type) {
	case *ast.StarExpr:
		return d.look(t, e.X)
	case *ast.Ident:
		if to := t.pkg.types[e.Name]; to != nil {
			return to, nil
		}
		return nil, fmt.Errorf("no type %s", e.Name)
	case *ast.SelectorExpr:
		p, err := d.sources.pkg(t.imports[e.X.(*ast.Ident).Name])
		if err != nil {
			return nil, err
		}
		if to := p.types[e.Sel.Name]; to != nil {
			return to, nil
		}
		return nil, fmt.Errorf("no type %s in %s", e.Sel.Name, p.path)
	}
	return nil, fmt.Errorf("no name: %T", e)
}

// fields notes the fields of a structure in this release; those of embedded structures are its own.
func (d *distiller) fields(n *node, t *goType, body *ast.StructType, seen map[string]bool) error {
	for _, f := range body.Fields.List {
		tag := ""
		if f.Tag != nil {
			all, err := strconv.Unquote(f.Tag.Value)
			if err != nil {
				return err
			}
			tag = reflect.StructTag(all).Get("json")
		}
		name, options, _ := strings.Cut(tag, ",")
		if tag == "-" {
			continue
		}
		if strings.Contains(","+options+",", ",string,") {
			return fmt.Errorf("%s is a number in a text", name)
		}
		if len(f.Names) == 0 && name == "" {
			inner, err := d.look(t, f.Type)
			if err != nil {
				return err
			}
			embedded, ok := inner.expr.(*ast.StructType)
			for !ok { // another name for it
				if inner, err = d.look(inner, inner.expr); err != nil {
					return err
				}
				embedded, ok = inner.expr.(*ast.StructType)
			}
			if err := d.fields(n, inner, embedded, seen); err != nil {
				return err
			}
			continue
		}
		if name == "" {
			name = f.Names[0].Name
			if !ast.IsExported(name) {
				continue
			}
		}
		if seen[name] {
			return fmt.Errorf("%s is there twice", name)
		}
		seen[name] = true
		at, err := d.expr(t, f.Type)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		n.note(name, at, d.minor)
	}
	return nil
}

func (n *node) note(name string, at, minor int) {
	for _, f := range n.fields {
		if f.name == name && f.node == at && f.until == minor {
			f.until = minor + 1
			return
		}
	}
	n.fields = append(n.fields, &field{name, at, span{minor, minor + 1}})
}
