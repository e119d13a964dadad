// Sources: the Go files of one release, parsed package by package when somebody asks for a type in them.
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

type sources struct {
	folders  map[string]string // of modules
	packages map[string]*pkg
}

// A package: its types, and what is said of them elsewhere in it.
type pkg struct {
	path      string
	group     string
	types     map[string]*goType
	lifecycle map[string]*lifecycle
	decoders  map[string]bool // types with a method UnmarshalJSON
}

type goType struct {
	pkg     *pkg
	name    string
	expr    ast.Expr
	imports map[string]string // local name: path
	marks   string            // the comments in front of it
}

// What Kubernetes says of the life of a kind; minors, 0 where nothing is said.
type lifecycle struct {
	introduced, deprecated, removed int
	replacement                     gvk
}

type gvk struct{ group, version, kind string }

func open(r release) (*sources, error) {
	s := &sources{folders: map[string]string{}, packages: map[string]*pkg{}}
	for module, version := range map[string]string{
		"k8s.io/api": r.api, "k8s.io/apimachinery": r.apimachinery,
		"k8s.io/apiextensions-apiserver": r.apiextensions, "k8s.io/kube-aggregator": r.aggregator,
	} {
		out, err := exec.Command("go", "mod", "download", "-json", module+"@"+version).Output()
		if err != nil {
			return nil, fmt.Errorf("%s@%s: %w", module, version, err)
		}
		var found struct{ Dir string }
		if err := json.Unmarshal(out, &found); err != nil {
			return nil, err
		}
		s.folders[module] = found.Dir
	}
	return s, nil
}

// kinds gives the packages whose kinds the server serves.
func (s *sources) kinds() ([]*pkg, error) {
	var paths []string
	folders, err := filepath.Glob(filepath.Join(s.folders["k8s.io/api"], "*", "v*"))
	if err != nil {
		return nil, err
	}
	for _, folder := range folders {
		version := filepath.Base(folder)
		switch group := filepath.Base(filepath.Dir(folder)); group {
		case "admission", "imagepolicy", "apidiscovery": // what webhooks are sent and what discovery answers
		default:
			paths = append(paths, path.Join("k8s.io/api", group, version))
		}
	}
	paths = append(paths, "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1",
		"k8s.io/kube-aggregator/pkg/apis/apiregistration/v1")
	sort.Strings(paths)
	var list []*pkg
	for _, path := range paths {
		p, err := s.pkg(path)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func (s *sources) pkg(importPath string) (*pkg, error) {
	if p := s.packages[importPath]; p != nil {
		return p, nil
	}
	folder := ""
	for module, dir := range s.folders {
		if rest, ok := strings.CutPrefix(importPath, module+"/"); ok {
			folder = filepath.Join(dir, rest)
		}
	}
	if folder == "" {
		return nil, fmt.Errorf("package %s is in no module that is read", importPath)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	p := &pkg{path: importPath, types: map[string]*goType{}, lifecycle: map[string]*lifecycle{}, decoders: map[string]bool{}}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == "generated.pb.go" ||
			strings.HasSuffix(name, "_generated.go") ||
			strings.HasPrefix(name, "zz_generated.") && !strings.Contains(name, "lifecycle") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, filepath.Join(folder, name), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		if err := p.read(set, file); err != nil {
			return nil, fmt.Errorf("%s: %w", importPath, err)
		}
	}
	s.packages[importPath] = p
	return p, nil
}

func (p *pkg) read(set *token.FileSet, file *ast.File) error {
	imports := map[string]string{}
	for _, each := range file.Imports {
		to, err := strconv.Unquote(each.Path.Value)
		if err != nil {
			return err
		}
		local := path.Base(to)
		if each.Name != nil {
			local = each.Name.Name
		}
		imports[local] = to
	}
	before := file.Name.End()
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			p.method(decl)
		case *ast.GenDecl:
			marks := ""
			for _, group := range file.Comments {
				if group.Pos() > before && group.End() <= decl.TokPos {
					for _, line := range group.List {
						marks += line.Text + "\n"
					}
				}
			}
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					p.types[spec.Name.Name] = &goType{p, spec.Name.Name, spec.Type, imports, marks}
				case *ast.ValueSpec:
					for i, name := range spec.Names {
						if name.Name == "GroupName" && i < len(spec.Values) {
							p.group, _ = literal(spec.Values[i])
						}
					}
				}
			}
		}
		before = decl.End()
	}
	return nil
}

// method takes what generated methods of a type say of its life.
func (p *pkg) method(decl *ast.FuncDecl) {
	if decl.Recv == nil || len(decl.Recv.List) != 1 {
		return
	}
	receiver := decl.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	owner, ok := receiver.(*ast.Ident)
	if !ok {
		return
	}
	if decl.Name.Name == "UnmarshalJSON" {
		p.decoders[owner.Name] = true
		return
	}
	what, ok := strings.CutPrefix(decl.Name.Name, "APILifecycle")
	if !ok || decl.Body == nil || len(decl.Body.List) != 1 {
		return
	}
	returned, ok := decl.Body.List[0].(*ast.ReturnStmt)
	if !ok {
		return
	}
	life := p.lifecycle[owner.Name]
	if life == nil {
		life = &lifecycle{}
		p.lifecycle[owner.Name] = life
	}
	minor := 0
	if len(returned.Results) == 2 {
		if number, ok := returned.Results[1].(*ast.BasicLit); ok {
			minor, _ = strconv.Atoi(number.Value)
		}
	}
	switch what {
	case "Introduced":
		life.introduced = minor
	case "Deprecated":
		life.deprecated = minor
	case "Removed":
		life.removed = minor
	case "Replacement":
		if value, ok := returned.Results[0].(*ast.CompositeLit); ok {
			for _, element := range value.Elts {
				pair := element.(*ast.KeyValueExpr)
				text, _ := literal(pair.Value)
				switch pair.Key.(*ast.Ident).Name {
				case "Group":
					life.replacement.group = text
				case "Version":
					life.replacement.version = text
				case "Kind":
					life.replacement.kind = text
				}
			}
		}
	}
}

func literal(e ast.Expr) (string, bool) {
	if value, ok := e.(*ast.BasicLit); ok && value.Kind == token.STRING {
		text, err := strconv.Unquote(value.Value)
		return text, err == nil
	}
	return "", false
}
