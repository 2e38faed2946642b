package local

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/gobwas/glob"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// collectFiles fills `assets` and `archive` with the files the command left behind.
func collectFiles(directory string, inputs BaseInputs, outputs *BaseOutputs) error {
	if inputs.AssetPaths != nil {
		assets, err := assetsOf(directory, *inputs.AssetPaths)
		if err != nil {
			return err
		}
		found := map[string]types.AssetOrArchive{}
		for name, asset := range assets {
			found[name] = types.AssetOrArchive{Asset: asset}
		}
		outputs.Assets = &found
	}
	if inputs.ArchivePaths != nil {
		assets, err := assetsOf(directory, *inputs.ArchivePaths)
		if err != nil {
			return err
		}
		members := map[string]any{}
		for name, asset := range assets {
			members[name] = asset
		}
		if outputs.Archive, err = resource.NewAssetArchive(members); err != nil {
			return err
		}
	}
	return nil
}

func assetsOf(directory string, patterns []string) (map[string]*resource.Asset, error) {
	names, err := matching(os.DirFS(directory), patterns)
	if err != nil {
		return nil, err
	}
	assets := map[string]*resource.Asset{}
	for _, name := range names {
		if assets[name], err = resource.NewPathAsset(path.Join(directory, name)); err != nil {
			return nil, err
		}
	}
	return assets, nil
}

// matching lists the files of a folder that the patterns name: `*` stops at `/`, `**` does not, and of all patterns
// that match a file the last one decides, where `!` in front leaves the file out.
func matching(folder fs.FS, patterns []string) ([]string, error) {
	type rule struct {
		glob.Glob
		leavesOut bool
	}
	var rules []rule
	for _, pattern := range patterns {
		bare, leavesOut := strings.CutPrefix(pattern, "!")
		compiled, err := glob.Compile(bare, '/')
		if err != nil {
			return nil, fmt.Errorf("pattern %q: %w", pattern, err)
		}
		rules = append(rules, rule{compiled, leavesOut})
	}
	var names []string
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		taken := false
		for _, rule := range rules {
			if rule.Match(name) {
				taken = !rule.leavesOut
			}
		}
		if taken {
			names = append(names, name)
		}
		return nil
	})
	return names, err
}
