package k3s

import (
	"context"
	_ "embed"
	"log/slog"
	"os"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	kwokconfig "sigs.k8s.io/kwok/pkg/config"
	"sigs.k8s.io/kwok/pkg/kwok/controllers"
	kwoklog "sigs.k8s.io/kwok/pkg/log"
)

// stagesText is how pods go through their lives; KWOK plays it.
//
//go:embed stages.yaml
var stagesText string

func loadStages() (map[internalversion.StageResourceRef][]*internalversion.Stage, error) {
	stages := map[internalversion.StageResourceRef][]*internalversion.Stage{
		// No stage of nodes: that work is ours. But without the entry KWOK would not manage the node at all.
		{APIGroup: "v1", Kind: "Node"}: nil,
	}
	for _, text := range strings.Split(stagesText, "\n---\n") {
		stage, err := kwokconfig.UnmarshalWithType[*internalversion.Stage](text)
		if err != nil {
			return nil, err
		}
		ref := stage.Spec.ResourceRef
		stages[ref] = append(stages[ref], stage)
	}
	return stages, nil
}

// playPods runs KWOK in this process for this node's pods, with the node's own identity. It waits for the node's pod
// range, from which the pods' addresses come.
func (n *node) playPods(ctx context.Context, config *rest.Config) {
	name := n.agent.host.name
	cidr := ""
	for cidr == "" {
		node, err := n.client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
		if err == nil {
			cidr = node.Spec.PodCIDR
		}
		if cidr == "" && sleep(ctx, 500*time.Millisecond) != nil {
			return
		}
	}
	ctx = kwoklog.NewContext(ctx, kwoklog.NewLogger(os.Stderr, kwoklog.Level(slog.LevelWarn)))
	for ctx.Err() == nil {
		if err := n.startKWOK(ctx, config, cidr); err != nil {
			failure("pods are not played yet: %v", err)
			_ = sleep(ctx, 2*time.Second)
			continue
		}
		return
	}
}

func (n *node) startKWOK(ctx context.Context, config *rest.Config, cidr string) error {
	stages, err := loadStages()
	if err != nil {
		return err
	}
	controller, err := controllers.NewController(controllers.Config{
		Clock: clock.RealClock{}, TypedClient: n.client, ManageSingleNode: n.agent.host.name, CIDR: cidr, NodeIP: n.agent.host.ip(), NodeName: n.agent.host.name, NodePort: 10250,
		FuncMap:                 newAddresses(n.client, n.agent.host, cidr).functions(),
		PodPlayStageParallelism: 4, NodePlayStageParallelism: 1, LocalStages: stages, ID: n.agent.host.name,
	})
	if err != nil {
		return err
	}
	return controller.Start(ctx)
}
