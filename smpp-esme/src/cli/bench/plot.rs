//! Throughput and latency over time, as a picture.

use core::time::Duration;
use std::fs::{self, OpenOptions};
use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::combinators::IntoLogRange;
use plotters::prelude::*;

use super::point::{Percentiles, Point};
use super::show::Time;
use crate::cli::exit::Failure;

const SIZE: (u32, u32) = (1000, 720);
const FONT: &str = "sans-serif";

/// Up to so many, each point is marked.
const MARKED: usize = 120;

const ACCEPTED: RGBColor = RGBColor(0, 114, 178);
const REJECTED: RGBColor = RGBColor(213, 94, 0);
const RECEIPTS: RGBColor = RGBColor(0, 158, 115);

/// Room for the legends, beside the charts.
const LEGEND: u32 = 110;
const LEFT: u32 = 80;
const MARGIN: u32 = 12;

/// Seconds and values. Where there is no value, the line is broken.
type Pieces = Vec<Vec<(f64, f64)>>;

/// A line over time: its name, its colour, its pieces.
type Line = (&'static str, RGBColor, Pieces);

/// A line of the lower chart: its name, its colour, its value.
type Percentile = (&'static str, RGBColor, fn(&Percentiles) -> Duration);

/// Colours that most people can tell apart.
const PERCENTILES: [Percentile; 5] = [
    ("p50", RGBColor(0, 114, 178), |times| times.p50),
    ("p90", RGBColor(0, 158, 115), |times| times.p90),
    ("p99", RGBColor(230, 159, 0), |times| times.p99),
    ("p99.9", RGBColor(213, 94, 0), |times| times.p99_9),
    ("max", RGBColor(120, 120, 120), |times| times.max),
];

/// Makes the file, so that a long run is not lost to a wrong name.
pub(crate) fn check(path: &Path) -> Result<(), Failure> {
    if path.extension().is_none_or(|extension| extension != "svg") {
        return Err(Failure::usage(format!(
            "--plot: {} is drawn as SVG, give a name that ends with .svg",
            path.display()
        )));
    }
    let made = OpenOptions::new().append(true).create(true).open(path);
    made.map(drop)
        .map_err(|error| Failure::usage(format!("--plot: {}: {error}", path.display())))
}

pub(crate) fn draw(path: &Path, title: &str, points: &[Point]) -> Result<(), Failure> {
    let failed = |error: &dyn core::fmt::Display| {
        Failure::other(format!("--plot: {}: {error}", path.display()))
    };
    let svg = to_svg(title, points).map_err(|error| failed(&error))?;
    fs::write(path, svg).map_err(|error| failed(&error))
}

/// Drawing into a text fails only by a fault of the library.
fn to_svg(title: &str, points: &[Point]) -> Result<String, String> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let drawn = draw_charts(&root, title, points);
        drawn
            .and_then(|()| root.present().map_err(Into::into))
            .map_err(|error| error.to_string())?;
    }
    Ok(svg)
}

type Drawn = Result<(), Box<dyn core::error::Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn draw_charts(root: &Area<'_>, title: &str, points: &[Point]) -> Drawn {
    root.fill(&WHITE)?;
    let root = root.titled("smpp-esme bench", (FONT, 24))?;
    let root = root.titled(title, (FONT, 16))?;
    let (upper, lower) = root.split_vertically(300);
    // A run that is over at once still has an axis.
    let end = points.last().map_or(0.0, |point| point.until.as_secs_f64());
    throughput(&upper, end.max(0.001), points)?;
    latency(&lower, end.max(0.001), points)
}

fn throughput(area: &Area<'_>, end: f64, points: &[Point]) -> Drawn {
    let of = |value: fn(&Point) -> f64| series(points, |point| Some(value(point)));
    let mut lines: Vec<Line> = vec![
        ("accepted", ACCEPTED, of(Point::per_second)),
        ("rejected", REJECTED, of(Point::rejected_per_second)),
        ("receipts", RECEIPTS, of(Point::receipts_per_second)),
    ];
    let is_something = |line: &Line| values(&line.2).any(|rate| rate > 0.0);
    lines.retain(|line| line.0 == "accepted" || is_something(line));
    let rates = lines.iter().flat_map(|line| values(&line.2));
    let top = rates.fold(1.0, f64::max) * 1.1;
    let mut chart = ChartBuilder::on(area)
        .margin(MARGIN)
        .margin_right(LEGEND)
        .x_label_area_size(20)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(0.0..end, 0.0..top)?;
    chart
        .configure_mesh()
        .y_desc("messages per second")
        .axis_desc_style((FONT, 15))
        .label_style((FONT, 13))
        .light_line_style(WHITE)
        .y_label_formatter(&|rate| short(*rate))
        .draw()?;
    for (row, (name, colour, pieces)) in (0..).zip(lines) {
        legend(area, row, name, colour)?;
        for piece in pieces {
            let line = LineSeries::new(piece, style(colour)).point_size(mark(points));
            chart.draw_series(line)?;
        }
    }
    Ok(())
}

fn latency(area: &Area<'_>, end: f64, points: &[Point]) -> Drawn {
    let of = |value: fn(&Percentiles) -> Duration| {
        series(points, |point| {
            Some(value(point.latency.as_ref()?).as_secs_f64())
        })
    };
    let lines = PERCENTILES.map(|(name, colour, value)| (name, colour, of(value)));
    let all = || lines.iter().flat_map(|line| values(&line.2));
    // One microsecond is the shortest time that is told apart.
    let low = all().fold(f64::INFINITY, f64::min).clamp(1e-6, 1.0) / 1.5;
    let high = all().fold(low * 10.0, f64::max) * 1.5;
    let mut chart = ChartBuilder::on(area)
        .margin(MARGIN)
        .margin_right(LEGEND)
        .x_label_area_size(42)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(0.0..end, (low..high).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("seconds since the start")
        .y_desc("latency (logarithmic)")
        .axis_desc_style((FONT, 15))
        .label_style((FONT, 13))
        .light_line_style(WHITE)
        .y_labels(16)
        .y_label_formatter(&|time| Time(Duration::from_secs_f64(*time)).to_string())
        .draw()?;
    for (row, (name, colour, pieces)) in (0..).zip(lines.into_iter().rev()) {
        legend(area, row, name, colour)?;
        for piece in pieces {
            let line = LineSeries::new(piece, style(colour)).point_size(mark(points));
            chart.draw_series(line)?;
        }
    }
    Ok(())
}

/// The values over the time at which their intervals ended.
fn series(points: &[Point], value: impl Fn(&Point) -> Option<f64>) -> Pieces {
    let all: Vec<_> = points
        .iter()
        .map(|point| Some((point.until.as_secs_f64(), value(point)?)))
        .collect();
    let pieces = all.split(Option::is_none);
    let pieces = pieces.map(|piece| piece.iter().flatten().copied().collect());
    pieces.filter(|piece: &Vec<_>| !piece.is_empty()).collect()
}

fn values(pieces: &Pieces) -> impl Iterator<Item = f64> {
    pieces.iter().flatten().map(|(_, value)| *value)
}

fn style(colour: RGBColor) -> ShapeStyle {
    colour.stroke_width(2)
}

fn mark(points: &[Point]) -> u32 {
    if points.len() <= MARKED { 3 } else { 0 }
}

/// A row of the legend, beside the chart: plotters would put it over the lines.
fn legend(area: &Area<'_>, row: i32, name: &str, colour: RGBColor) -> Drawn {
    let (width, _) = area.dim_in_pixel();
    // Sizes are far below the limit.
    let left = width.saturating_sub(LEGEND) as i32 + 15;
    let at = 22 + 20 * row;
    let key = vec![(left, at), (left + 20, at)];
    area.draw(&PathElement::new(key, style(colour)))?;
    area.draw(&Text::new(name, (left + 27, at - 7), (FONT, 14)))?;
    Ok(())
}

/// `155k`, `1.2M`: rates on an axis.
fn short(rate: f64) -> String {
    match rate {
        ..10_000.0 => format!("{rate:.0}"),
        ..1_000_000.0 => format!("{}k", (rate / 100.0).round() / 10.0),
        _ => format!("{}M", (rate / 10_000.0).round() / 100.0),
    }
}
