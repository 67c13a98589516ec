//! Our figures beside the desk's own reports: of a recording, and of a desk that can be asked.

pub mod live;
pub mod recording;
