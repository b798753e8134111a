"""The commented configuration that `tocsin init` writes."""

EXAMPLE = """\
# Tocsin's configuration. `tocsin check` tells every mistake with its line; a running service reads it again on SIGHUP.
# Durations: "90s", "5m", "24h", "14d". A secret is never written here: *_env names a variable, *_file a file.

site:
  name: Example Exchange                # as the public page and mails call you
  public_url: "http://127.0.0.1:8080"   # where browsers reach Tocsin; links in tickets and mails begin with it
  time_zone: UTC
  # support_email: support@example.com
  languages: [en]

data: ./tocsin-data                     # database, key file, samples, page and mailbox live here: back it up
database: null                          # null = SQLite in data; or "postgresql://tocsin@db.internal/tocsin" with
                                        # database_password_env or database_password_file
listen: "127.0.0.1:8080"
shadow: false                           # true = judge and record everything, tell nobody: a good first week

# Where samples come from. A watch asks the one named default unless it says otherwise.
sources:
  default:
    kind: scrape                        # Tocsin scrapes for itself and keeps a small store
    keep: 30d
    targets:
      - {url: "http://127.0.0.1:9100/metrics", every: 15s, labels: {job: exchange}}
  # Your own Prometheus (call it default, or name it in a watch's source):
  # prod:
  #   kind: prometheus
  #   url: "https://prometheus.internal"
  #   timeout: 10s
  #   bearer_token_file: /etc/tocsin/prometheus-token
  # Past samples, an hour a minute:
  # past: {kind: replay, files: {exchange_orders: past.csv}, warm: 7d, speed: 60}

# What the exchange is made of. name is internal and never shown; title and group are public.
components:
  - name: chain/bitcoin
    title: Bitcoin network
    public: false
    team: network-operations
    disclosure: {mode: never}
  - name: chain/ethereum
    title: Ethereum network
    public: false
    team: network-operations
    disclosure: {mode: never}
  # One component a row:
  - for:
      - {asset: BTC, network: bitcoin, coin: Bitcoin}
      - {asset: ETH, network: ethereum, coin: Ether}
    name: "withdrawals/{asset}/{network}"
    title: "{coin} withdrawals"
    group: Withdrawals
    asset: "{asset}"
    network: "{network}"
    direction: withdrawal               # deposit, withdrawal or trade: how a customer's ticket finds it
    form: Withdrawal
    depends_on: ["chain/{network}"]
    disclosure: {mode: approve, after: 5m}  # auto, approve (at the deadline `then`: publish, or escalate) or never
    team: payments
    words: []                           # instead of the usual sentences: [{kind: halt, language: en, text: "…"}]
  - name: trading
    title: Spot trading
    group: Trading
    direction: trade
    form: Trading issue
    disclosure: {mode: auto, after: 30s}
    team: matching-engine

# What is watched. metric, read and by say it in words that every source answers; promql instead needs a Prometheus.
watches:
  - name: withdrawal-time
    title: Withdrawal processing time, p95
    metric: exchange_withdrawal_processing_seconds   # a histogram's base name
    read: quantile                      # value, rate, ratio (with of) or quantile
    quantile: 0.95
    by: [asset, network]                # one series each
    window: 5m
    component: "withdrawals/{asset}/{network}"
    unit: s
    bad: above                          # above, below or both
    kind: delay                         # delay, backlog, errors, halt, silence or other: picks the public words
    every: 15s
    recover: 2m
    min_change: 5                       # a smaller deviation wakes nobody
    budget: 1                           # false incidents accepted in 30 days
    user_visible: true
  - name: api-errors
    title: Share of failed API requests
    metric: exchange_api_errors_total
    read: ratio
    of: exchange_api_requests_total
    component: trading
    bad: above
    kind: errors
    every: 15s
    min_change: 0.01
    user_visible: true
  # - name: queue
  #   promql: sum by (asset, network) (exchange_withdrawals_pending)
  #   component: "withdrawals/{asset}/{network}"
  #   bad: above
  #   kind: backlog
  #   source: prod

incidents:
  cause_wait: 5s                        # how long a signal waits for its cause before it opens an incident of its own
  recovery_hold: 2m                     # how long all must be well before an incident resolves itself
  reopen_within: 2h                     # the same fault this soon after its end is the same incident, told as back

page:
  directory: null                       # null = page in data; any web server can serve the folder, see deploy/
  url: null                             # where readers find it, "https://status.example.com"; null = public_url/status
  # targets:                            # further places; one that is down delays no other, and catches up
  #   - {directory: /srv/mirror/status}
  #   - {s3: {bucket: status, region: eu-central-1, access_key_env: PAGE_KEY, secret_key_env: PAGE_SECRET}}
  # theme: {logo: logo.svg, light: {accent: "#004477"}, dark: {accent: "#9fd0ff"}}
  heartbeat: 60s
  history_days: 90
  sparklines: []                        # figures the public sees: [{watch: withdrawal-time, title: Processing time}]

mail:
  from: "Example Exchange Support <support@example.com>"
  smtp: null                            # null = a local mailbox, shown at /mailbox
  # smtp: {host: mail.internal, port: 587, tls: starttls, user: tocsin, password_file: /etc/tocsin/smtp-password}

# Who reads the public page may subscribe to it, by mail with a link that confirms, and by signed webhooks.
subscriptions: null                     # null = nobody may; {} = by mail, with every default
# subscriptions: {webhooks: true, gather: 30s, confirm_within: 48h, remember: 30d}

# Engineering trackers beside Tocsin's own; signed as Standard Webhooks says.
trackers: []
#  - {kind: webhook, name: ops, url: "https://hooks.internal/tocsin", secret_env: TOCSIN_OPS_SECRET}

desk:
  prefix: TOC                           # ticket numbers: TOC-78342
  link_above: null                      # the probability from which a ticket is linked by itself; null = as calibrated
  # account: {url: "https://accounts.internal", token_env: TOCSIN_ACCOUNT_TOKEN}

# Called while all is well, so that somebody else notices when Tocsin is not.
heartbeat: null
# heartbeat: {url: "https://watchdog.example.com/tocsin", every: 60s}
"""


def example() -> str:
    """The text of a first configuration; it passes its own check."""
    return EXAMPLE
