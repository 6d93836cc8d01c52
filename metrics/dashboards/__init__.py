"""The dashboards that are there from the start, one file each. Pure."""

from metrics.dashboards import agents, frontend, ingest, llm, overview, sdk, services, tools
from metrics.dashboards.panels import Dashboard

DASHBOARDS: dict[str, Dashboard] = {
    module.DASHBOARD.slug: module.DASHBOARD
    for module in (overview, llm, tools, agents, sdk, frontend, services, ingest)
}
"""By slug, in the order of the tabs."""
