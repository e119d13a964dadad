//! What a build may be asked to do beyond its directory: the flags of `kustomize build`, typed. Reading them from a
//! command line is left to `cli`.

/// Everything a build can be told. The default is what `kustomize build` does without flags.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// `--load-restrictor`
    pub load_restrictor: LoadRestrictor,
    /// `--reorder`: deprecated in favour of `sortOptions`, which wins.
    pub reorder: Reorder,
    /// `--enable-managedby-label`, or the environment variable `KUSTOMIZE_ENABLE_MANAGEDBY_LABEL=on`.
    pub enable_managed_by_label: bool,
    /// `--enable-alpha-plugins`
    pub enable_plugins: bool,
    /// How functions may run.
    pub functions: Functions,
    /// How charts are inflated.
    pub helm: Helm,
    /// `--strict`: what kustomize does silently (and citadel warns of) is an error.
    pub strict: bool,
    /// Objects are wanted as files, one each (`Outcome::files`), rather than as one text.
    pub individual_files: bool,
    /// Values are kept as they were before each step (`Document::before`): for `explain`.
    pub histories: bool,
    /// The program was called by the name `kustomize`: no word that kustomize would not say.
    pub as_kustomize: bool,
}

/// Which files a kustomization may load.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LoadRestrictor {
    /// `LoadRestrictionsRootOnly`: those in or below its own directory.
    #[default]
    RootOnly,
    /// `LoadRestrictionsNone`: any.
    None,
}

/// In which order objects are printed when no `sortOptions` say so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Reorder {
    /// Not asked for: as `legacy`.
    #[default]
    Unspecified,
    /// `legacy`: namespaces first, webhooks last.
    Legacy,
    /// `none`: as they were read.
    None,
}

/// What functions are allowed to do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Functions {
    /// `--enable-exec`
    pub enable_exec: bool,
    /// `--network`
    pub network: bool,
    /// `--network-name`; empty stands for `bridge`.
    pub network_name: String,
    /// `--mount`
    pub mounts: Vec<String>,
    /// `--env`
    pub environment: Vec<String>,
    /// `--as-current-user`
    pub as_current_user: bool,
}

/// How charts are inflated.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Helm {
    /// `--enable-helm`
    pub enabled: bool,
    /// `--helm-command`; empty stands for `helm`.
    pub command: String,
    /// `--helm-api-versions`
    pub api_versions: Vec<String>,
    /// `--helm-kube-version`
    pub kube_version: String,
    /// `--helm-debug`
    pub debug: bool,
}
