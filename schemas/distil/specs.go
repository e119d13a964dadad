// Field specs: the defaults of kustomize's transformers, in the order in which kustomize ends up with them.
//
// One section a transformer, opened by `[name]`; in it one field spec a line, tab-separated: path, kind, version,
// group, `create`, empty ends left out. In `[nameReference]`, a line `> kind version group` opens the fields in
// which objects of that kind are named.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/yaml"
)

type reference struct {
	resid.Gvk `json:",inline"`
	Fields    types.FsSlice `json:"fieldSpecs"`
}

var sections = []string{
	"namePrefix", "nameSuffix", "namespace", "commonLabels", "labels", "templateLabels", "commonAnnotations",
	"nameReference", "varReference", "images", "replicas",
}

func specs() ([]byte, error) {
	texts, err := constants("sigs.k8s.io/kustomize/api", "internal/konfig/builtinpluginconsts")
	if err != nil {
		return nil, err
	}
	all := map[string][]reference{}
	for _, text := range texts {
		var one map[string][]reference
		if err := yaml.Unmarshal([]byte(text), &one); err != nil {
			continue // a part of another constant
		}
		for section := range one {
			var plain map[string]types.FsSlice
			if err := yaml.Unmarshal([]byte(text), &plain); err != nil {
				return nil, err
			}
			if section == "nameReference" {
				all[section] = one[section]
				continue
			}
			fields, err := settled(plain[section])
			if err != nil {
				return nil, err
			}
			all[section] = []reference{{Fields: fields}}
		}
	}
	names := all["nameReference"]
	sort.Sort(byGvk(names))
	// The first accumulator takes name references in whole: what stands in them twice is looked up twice.
	for i := 1; i < len(names); i++ {
		if !names[i-1].IsLessThan(names[i].Gvk) {
			return nil, fmt.Errorf("two name references for %s", names[i].Gvk)
		}
	}

	var out bytes.Buffer
	for _, section := range sections {
		fmt.Fprintf(&out, "[%s]\n", section)
		for _, r := range all[section] {
			if section == "nameReference" {
				line(&out, "> "+r.Kind, r.Version, r.Group)
			}
			for _, f := range r.Fields {
				create := ""
				if f.CreateIfNotPresent {
					create = "create"
				}
				line(&out, f.Path, f.Kind, f.Version, f.Group, create)
			}
		}
	}
	return out.Bytes(), nil
}

// settled gives the field specs as a build has them: its accumulator takes in the defaults, and an accumulator above
// takes in that one's and the defaults again, each time merged one by one and sorted.
func settled(fields types.FsSlice) (types.FsSlice, error) {
	var defaults, have types.FsSlice
	defaults = append(defaults, fields...)
	sort.Sort(defaults)
	for round := 0; round < 5; round++ {
		before := fmt.Sprint(have)
		var err error
		if have, err = have.MergeAll(defaults); err != nil {
			return nil, err
		}
		sort.Sort(have)
		if round > 0 && fmt.Sprint(have) != before {
			return nil, fmt.Errorf("the order does not settle")
		}
	}
	if dropped := len(defaults) - len(have); dropped > 0 {
		fmt.Println("field specs that merging drops:", dropped, "of", len(defaults))
	}
	return have, nil
}

func line(out *bytes.Buffer, parts ...string) {
	fmt.Fprintln(out, strings.TrimRight(strings.Join(parts, "\t"), "\t"))
}

type byGvk []reference

func (s byGvk) Len() int           { return len(s) }
func (s byGvk) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s byGvk) Less(i, j int) bool { return s[i].IsLessThan(s[j].Gvk) }

// constants gives the string constants of a package inside a module, sums of constants added up.
func constants(module, folder string) ([]string, error) {
	where, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return nil, err
	}
	packages, err := parser.ParseDir(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(where)), folder), nil, 0)
	if err != nil {
		return nil, err
	}
	values := map[string]ast.Expr{}
	for _, p := range packages {
		ast.Inspect(p, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
				values[v.Names[0].Name] = v.Values[0]
			}
			return true
		})
	}
	var names, texts []string
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		texts = append(texts, text(values, values[name]))
	}
	return texts, nil
}

func text(values map[string]ast.Expr, e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, _ := strconv.Unquote(e.Value)
		return s
	case *ast.BinaryExpr:
		return text(values, e.X) + text(values, e.Y)
	case *ast.Ident:
		return text(values, values[e.Name])
	case *ast.ParenExpr:
		return text(values, e.X)
	}
	return ""
}
