// Whole builds, of a tree in memory or on disk, with the options `kustomize build` gives to its library.
package main

import (
	"errors"
	"fmt"
	"sort"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	// named, so that the version kustomize finds among this program's modules is 5.8.1, as in the managed-by label
	_ "sigs.k8s.io/kustomize/kustomize/v5/commands/build"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"
)

// Build is the part of a request that only builds have.
type Build struct {
	// Files maps paths to contents; Files64 to base64. Both may be used.
	Files   map[string]string `json:"files,omitempty"`
	Files64 map[string][]byte `json:"files64,omitempty"`
	// Root is the folder to build, in those files.
	Root string `json:"root,omitempty"`
	// Disk is a folder of the real disk to build instead.
	Disk string `json:"disk,omitempty"`

	// As the flags of the same names; empty means the flag is not given.
	LoadRestrictor     string   `json:"load_restrictor,omitempty"`
	Reorder            string   `json:"reorder,omitempty"`
	ManagedByLabel     bool     `json:"enable_managedby_label,omitempty"`
	EnableAlphaPlugins bool     `json:"enable_alpha_plugins,omitempty"`
	EnableExec         bool     `json:"enable_exec,omitempty"`
	Env                []string `json:"env,omitempty"`
	// PerObject also gives each resource by itself.
	PerObject bool `json:"per_object,omitempty"`

	// inNewProcess says that nothing was parsed before.
	inNewProcess bool
}

func build(b *Build) (*Answer, error) {
	options, err := b.options()
	if err != nil {
		return nil, err
	}
	disk, root := filesys.MakeFsOnDisk(), b.Disk
	if b.Disk == "" {
		root = b.Root
		if disk, err = b.memory(); err != nil {
			return nil, err
		}
	}
	if root == "" {
		root = filesys.SelfDir
	}
	resources, err := krusty.MakeKustomizer(options).Run(disk, root)
	if openapi.GetSchemaVersion() != standardSchema {
		// the build chose a schema, which adds to what this process had parsed before
		forgetSchema()
		if !b.inNewProcess {
			return nil, errNotNew
		}
	}
	if err != nil {
		return nil, err
	}
	answer := &Answer{}
	if b.PerObject {
		if answer, err = printed(resources.Resources()); err != nil {
			return nil, err
		}
	}
	answer.Out, err = resources.AsYaml()
	return answer, err
}

func (b *Build) memory() (filesys.FileSystem, error) {
	disk := filesys.MakeFsInMemory()
	all := map[string][]byte{}
	for path, text := range b.Files {
		all[path] = []byte(text)
	}
	for path, text := range b.Files64 {
		all[path] = text
	}
	paths := make([]string, 0, len(all))
	for path := range all {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	for _, path := range paths {
		if err := disk.WriteFile(path, all[path]); err != nil {
			return nil, fmt.Errorf("bad request: %w", err)
		}
	}
	return disk, nil
}

func (b *Build) options() (*krusty.Options, error) {
	options := krusty.MakeDefaultOptions()
	switch b.Reorder {
	case "":
		options.Reorder = krusty.ReorderOptionUnspecified
	case "none":
		options.Reorder = krusty.ReorderOptionNone
	case "legacy":
		options.Reorder = krusty.ReorderOptionLegacy
	default:
		return nil, fmt.Errorf("illegal flag value --reorder %s", b.Reorder)
	}
	switch b.LoadRestrictor {
	case "", types.LoadRestrictionsRootOnly.String():
		options.LoadRestrictions = types.LoadRestrictionsRootOnly
	case types.LoadRestrictionsNone.String():
		options.LoadRestrictions = types.LoadRestrictionsNone
	default:
		return nil, fmt.Errorf("illegal flag value --load-restrictor %s", b.LoadRestrictor)
	}
	if b.EnableAlphaPlugins {
		options.PluginConfig = types.EnabledPluginConfig(types.BploUseStaticallyLinked)
		options.PluginConfig.FnpLoadingOptions.EnableExec = b.EnableExec
		options.PluginConfig.FnpLoadingOptions.Env = b.Env
	}
	options.PluginConfig.HelmConfig.Command = "helm"
	options.AddManagedbyLabel = b.ManagedByLabel
	return options, nil
}

// errNotNew asks for a build to be done again, as in a new process.
var errNotNew = errors.New("the build depends on what this process did before")

// standardSchema is what GetSchemaVersion says of a process in which nothing chose another.
var standardSchema = openapi.GetSchemaVersion()

// forgetSchema puts the process-wide schema back to that of a new process. It is parsed anew when next needed,
// which takes long, so only builds that changed it, and panics, lead here.
func forgetSchema() {
	openapi.ResetOpenAPI()
}
