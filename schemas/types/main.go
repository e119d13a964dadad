// Writes down the shape of Kubernetes' own types, read from the sources of its API packages with nothing but the
// standard library: field names, what is a pointer (absent and zero differ), list types and merge keys.
//
//	go run . $(go env GOMODCACHE)/k8s.io 1.37.1 > ../types.txt
//
// Lines of types.txt:
//
//	kind <group/version> <Kind>        a kind; its type is <group>/<version>.<Kind>
//	type <group>/<version>.<Type>      a structure; its fields follow, each after one space:
//	 <name> <shape> [merge keys | = | !]
//
// Shapes: string int bool float quantity intstr bytes time any, or the name of a type; `*` before: a pointer; `[]`: a
// list; `{}`: a map. Behind a list: its merge keys, or `=` for a set; `!` for a structure or map that is replaced whole.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strings"
)

type pack struct{ group, version, short string }

type decl struct {
	pack    pack
	spec    *ast.TypeSpec
	doc     string
	imports map[string]string
}

var decls = map[string]decl{}

func main() {
	root, version := os.Args[1], os.Args[2]
	minor := "v0." + strings.SplitN(version, ".", 2)[1]
	var dirs []string
	for _, pattern := range []string{
		"api@" + minor + "/*/v*",
		"apimachinery@" + minor + "/pkg/apis/meta/v1",
		"apiextensions-apiserver@" + minor + "/pkg/apis/apiextensions/v1",
		"kube-aggregator@" + minor + "/pkg/apis/apiregistration/v1",
	} {
		found, _ := filepath.Glob(filepath.Join(root, pattern))
		dirs = append(dirs, found...)
	}
	sort.Strings(dirs)
	groupName := regexp.MustCompile(`GroupName\s*=\s*"([^"]*)"`)
	for _, dir := range dirs {
		fset := token.NewFileSet()
		group := ""
		files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
		for _, file := range files {
			text, _ := os.ReadFile(file)
			if m := groupName.FindSubmatch(text); m != nil {
				group = string(m[1])
			}
		}
		if strings.HasSuffix(dir, "pkg/apis/meta/v1") {
			group = "meta"
		} else if strings.Contains(dir, "/core/") {
			group = ""
		} else if strings.Contains(dir, "apiextensions") {
			group = "apiextensions.k8s.io"
		} else if strings.Contains(dir, "apiregistration") {
			group = "apiregistration.k8s.io"
		}
		p := pack{group, filepath.Base(dir), ""}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || strings.Contains(file, "zz_") || strings.Contains(file, "generated") {
				continue
			}
			parsed, err := parser.ParseFile(fset, file, nil, parser.ParseComments)
			if err != nil {
				panic(err)
			}
			imports := map[string]string{}
			for _, i := range parsed.Imports {
				path := strings.Trim(i.Path.Value, `"`)
				name := filepath.Base(path)
				if i.Name != nil {
					name = i.Name.Name
				}
				imports[name] = path
			}
			for _, d := range parsed.Decls {
				g, ok := d.(*ast.GenDecl)
				if !ok {
					continue
				}
				for _, s := range g.Specs {
					if t, ok := s.(*ast.TypeSpec); ok {
						doc := g.Doc.Text() + comments(g.Doc)
						if t.Doc != nil {
							doc += comments(t.Doc)
						}
						decls[p.group+"/"+p.version+"."+t.Name.Name] = decl{p, t, doc, imports}
					}
				}
			}
		}
	}
	var kinds, queue []string
	for name, d := range decls {
		s, ok := d.spec.Type.(*ast.StructType)
		if !ok || d.pack.group == "meta" {
			continue
		}
		has := map[string]bool{}
		for _, f := range s.Fields.List {
			if sel, ok := f.Type.(*ast.SelectorExpr); ok {
				has[sel.Sel.Name] = true
			}
		}
		if has["TypeMeta"] && has["ObjectMeta"] {
			kinds = append(kinds, name)
		}
	}
	sort.Strings(kinds)
	for _, k := range kinds {
		group, kind := split(k)
		fmt.Printf("kind %s %s\n", strings.TrimPrefix(group, "/"), kind)
	}
	queue = append(queue, kinds...)
	seen := map[string]string{}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if _, ok := seen[name]; ok {
			continue
		}
		lines, next := fields(name)
		seen[name] = lines
		queue = append(queue, next...)
	}
	var names []string
	for n := range seen {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		fmt.Printf("type %s\n%s", n, seen[n])
	}
}

func comments(c *ast.CommentGroup) string {
	if c == nil {
		return ""
	}
	var out []string
	for _, l := range c.List {
		out = append(out, strings.TrimSpace(strings.TrimPrefix(l.Text, "//")))
	}
	return strings.Join(out, "\n")
}

func split(name string) (string, string) {
	dot := strings.LastIndex(name, ".")
	return name[:dot], name[dot+1:]
}

func marker(doc, name string) string {
	for _, l := range strings.Split(doc, "\n") {
		if rest, ok := strings.CutPrefix(l, "+"+name+"="); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

func markers(doc, name string) (out []string) {
	seen := map[string]bool{}
	for _, l := range strings.Split(doc, "\n") {
		if rest, ok := strings.CutPrefix(l, "+"+name+"="); ok && !seen[rest] {
			seen[rest] = true
			out = append(out, strings.TrimSpace(rest))
		}
	}
	return
}

func fields(name string) (string, []string) {
	d := decls[name]
	var out strings.Builder
	var next []string
	s := d.spec.Type.(*ast.StructType)
	for _, f := range s.Fields.List {
		tag := reflect.StructTag("")
		if f.Tag != nil {
			tag = reflect.StructTag(strings.Trim(f.Tag.Value, "`"))
		}
		json := strings.Split(tag.Get("json"), ",")
		if json[0] == "-" {
			continue
		}
		if json[0] == "" {
			// Embedded: its fields are this one's.
			shape, more, _ := shape(d, f.Type)
			inner := strings.TrimPrefix(shape, "*")
			if _, ok := decls[inner]; ok {
				lines, n := fields(inner)
				out.WriteString(lines)
				next = append(next, n...)
				_ = more
			} else {
				fmt.Fprintln(os.Stderr, "embedded", name, shape)
			}
			continue
		}
		sh, more, doc := shape(d, f.Type)
		next = append(next, more...)
		doc += "\n" + comments(f.Doc)
		extra := ""
		if strings.Contains(sh, "[]") {
			keys := markers(comments(f.Doc), "listMapKey")
			switch {
			case len(keys) > 0:
				extra = " " + strings.Join(keys, ",")
			case marker(doc, "listType") == "set":
				extra = " ="
			case tag.Get("patchMergeKey") != "":
				extra = " " + tag.Get("patchMergeKey")
			case strings.Contains(tag.Get("patchStrategy"), "merge"):
				extra = " ="
			}
		} else if marker(doc, "structType") == "atomic" || marker(doc, "mapType") == "atomic" {
			extra = " !"
		}
		fmt.Fprintf(&out, " %s %s%s\n", json[0], sh, extra)
	}
	return out.String(), next
}

// shape gives the shape of a type, the structures it names and the comments of the type it stands for.
func shape(d decl, e ast.Expr) (string, []string, string) {
	switch t := e.(type) {
	case *ast.StarExpr:
		s, n, c := shape(d, t.X)
		return "*" + s, n, c
	case *ast.ArrayType:
		if i, ok := t.Elt.(*ast.Ident); ok && i.Name == "byte" {
			return "bytes", nil, ""
		}
		s, n, c := shape(d, t.Elt)
		return "[]" + s, n, c
	case *ast.MapType:
		s, n, c := shape(d, t.Value)
		return "{}" + s, n, c
	case *ast.SelectorExpr:
		pkg := d.imports[t.X.(*ast.Ident).Name]
		switch t.Sel.Name {
		case "Quantity":
			return "quantity", nil, ""
		case "IntOrString":
			return "intstr", nil, ""
		case "RawExtension":
			return "any", nil, ""
		case "UID", "NodeName", "NamespacedName":
			return "string", nil, ""
		case "Time", "MicroTime":
			return "time", nil, ""
		case "Duration":
			return "string", nil, ""
		case "FieldsV1":
			return "any", nil, ""
		}
		for k, other := range decls {
			_ = other
			group, name := split(k)
			if name != t.Sel.Name {
				continue
			}
			version := filepath.Base(pkg)
			if strings.HasSuffix(pkg, "meta/v1") && group == "meta/v1" ||
				strings.Contains(pkg, "k8s.io/api/core/") && group == "/"+version ||
				strings.Contains(pkg, "k8s.io/api/"+dirOf(pkg)+"/") && strings.HasPrefix(group, dirOf(pkg)) && strings.HasSuffix(group, "/"+version) {
				return resolve(k)
			}
		}
		fmt.Fprintln(os.Stderr, "unknown", pkg, t.Sel.Name)
		return "any", nil, ""
	case *ast.Ident:
		switch t.Name {
		case "string":
			return "string", nil, ""
		case "bool":
			return "bool", nil, ""
		case "int", "int32", "int64", "uint32", "uint64", "uint8", "int8", "int16":
			return "int", nil, ""
		case "float64", "float32":
			return "float", nil, ""
		case "Time", "MicroTime":
			return "time", nil, ""
		case "Duration":
			return "string", nil, ""
		case "FieldsV1", "JSON":
			return "any", nil, ""
		case "JSONSchemaPropsOrArray", "JSONSchemaPropsOrBool", "JSONSchemaPropsOrStringArray":
			return "any", nil, ""
		}
		return resolve(d.pack.group + "/" + d.pack.version + "." + t.Name)
	case *ast.InterfaceType:
		return "any", nil, ""
	}
	panic(fmt.Sprintf("%T", e))
}

func dirOf(pkg string) string {
	parts := strings.Split(pkg, "/")
	return parts[len(parts)-2]
}

func resolve(name string) (string, []string, string) {
	d, ok := decls[name]
	if !ok {
		fmt.Fprintln(os.Stderr, "unknown", name)
		return "any", nil, ""
	}
	if _, ok := d.spec.Type.(*ast.StructType); ok {
		return name, []string{name}, d.doc
	}
	return shape(d, d.spec.Type)
}
