//! Where everything is drawn. Pixels, from the top left.

use super::super::picture::{Network, Node, Picture, Subnet};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const NODE_WIDTH: usize = 260;
pub(super) const NODE_HEIGHT: usize = 48;
const COLUMN_GAP: usize = 64;
const ROW_GAP: usize = 14;
pub(super) const PADDING: usize = 16;
const LANE_GAP: usize = 88;
const STACK_GAP: usize = 32;
/// The picture's own title.
const TITLE: usize = 40;
/// A network's name.
pub(super) const HEADER: usize = 30;
/// A further line of a network's or subnet's header.
pub(super) const LINE: usize = 18;
const SUBNET_HEADER: usize = 26;
/// No network is narrower.
const NARROWEST: usize = 280;

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Area {
    pub(super) fn right(self) -> usize {
        self.x + self.width
    }

    pub(super) fn bottom(self) -> usize {
        self.y + self.height
    }

    pub(super) fn middle(self) -> usize {
        self.y + self.height / 2
    }
}

/// An area and the index of its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) area: Area,
    network: usize,
}

/// Areas by key, and those of networks and subnets in their order.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) networks: Vec<Area>,
    pub(super) subnets: Vec<Vec<Area>>,
    pub(super) by_key: BTreeMap<String, Place>,
    /// Where the columns of networks begin and end.
    lanes: Vec<(usize, usize)>,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// Columns of a network: the ranks that occur in it.
fn columns(network: &Network) -> Vec<usize> {
    let ranks: BTreeSet<usize> = network
        .subnets
        .iter()
        .flat_map(|subnet| &subnet.nodes)
        .map(|node| node.rank)
        .collect();
    ranks.into_iter().collect()
}

fn column_of(columns: &[usize], node: &Node) -> usize {
    columns.binary_search(&node.rank).unwrap_or(0)
}

/// Lines of a network's header below its name.
pub(super) fn header_lines(network: &Network) -> usize {
    1 + usize::from(!network.overlaps.is_empty())
}

fn band_header(subnet: &Subnet) -> usize {
    if subnet.title.is_empty() && subnet.notes.is_empty() {
        return PADDING;
    }
    SUBNET_HEADER + LINE * usize::from(!subnet.notes.is_empty()) + 6
}

impl Layout {
    pub(super) fn of(picture: &Picture) -> Self {
        let mut layout = Self {
            networks: vec![Area::default(); picture.networks.len()],
            subnets: vec![Vec::new(); picture.networks.len()],
            ..Self::default()
        };
        let lanes: BTreeSet<usize> = picture
            .networks
            .iter()
            .map(|network| network.lane)
            .collect();
        let mut x = PADDING;
        for lane in lanes {
            let mut y = TITLE;
            let mut widest = 0;
            for (at, network) in picture
                .networks
                .iter()
                .enumerate()
                .filter(|(_, network)| network.lane == lane)
            {
                let area = layout.network(at, network, x, y);
                widest = widest.max(area.width);
                y = area.bottom() + STACK_GAP;
            }
            layout.height = layout.height.max(y.saturating_sub(STACK_GAP));
            layout.lanes.push((x, x + widest));
            x += widest + LANE_GAP;
        }
        layout.width = x.saturating_sub(LANE_GAP) + PADDING;
        layout.height += PADDING;
        layout
    }

    /// The network that a place lies in.
    pub(super) fn home(&self, place: Place) -> Area {
        self.networks
            .get(place.network)
            .copied()
            .unwrap_or(place.area)
    }

    /// Where the column of networks ends that a place lies in.
    pub(super) fn lane_end(&self, place: Place) -> usize {
        let home = self.home(place);
        self.lanes
            .iter()
            .find(|(start, _)| *start == home.x)
            .map_or(home.right(), |(_, end)| *end)
    }

    /// Whether a whole column of networks lies between two places.
    pub(super) fn is_blocked(&self, from: Place, to: Place) -> bool {
        let (start, end) = (self.home(from).right(), self.home(to).x);
        self.lanes
            .iter()
            .any(|(left, right)| start <= *left && *right <= end)
    }

    fn network(&mut self, at: usize, network: &Network, x: usize, y: usize) -> Area {
        let columns = columns(network);
        let count = columns.len().max(1);
        let inner = count * NODE_WIDTH + (count - 1) * COLUMN_GAP + 2 * PADDING;
        let width = (inner + 2 * PADDING).max(NARROWEST);
        let mut bottom = y + HEADER + LINE * header_lines(network) + 4;
        let mut areas = Vec::new();
        for subnet in &network.subnets {
            let top = bottom;
            let mut next: Vec<usize> = vec![top + band_header(subnet); count];
            for node in &subnet.nodes {
                let column = column_of(&columns, node);
                let Some(row) = next.get_mut(column) else {
                    continue;
                };
                let area = Area {
                    x: x + 2 * PADDING + column * (NODE_WIDTH + COLUMN_GAP),
                    y: *row,
                    width: NODE_WIDTH,
                    height: NODE_HEIGHT,
                };
                *row += NODE_HEIGHT + ROW_GAP;
                for key in &node.keys {
                    self.by_key.insert(key.clone(), Place { area, network: at });
                }
            }
            let area = Area {
                x: x + PADDING,
                y: top,
                width: width - 2 * PADDING,
                height: next.iter().max().copied().unwrap_or(top) - top,
            };
            if !subnet.key.is_empty() {
                self.by_key
                    .insert(subnet.key.clone(), Place { area, network: at });
            }
            areas.push(area);
            bottom = area.bottom() + ROW_GAP;
        }
        let area = Area {
            x,
            y,
            width,
            height: bottom - y,
        };
        if let Some(place) = self.networks.get_mut(at) {
            *place = area;
        }
        if let Some(place) = self.subnets.get_mut(at) {
            *place = areas;
        }
        self.by_key
            .insert(network.key.clone(), Place { area, network: at });
        area
    }
}
