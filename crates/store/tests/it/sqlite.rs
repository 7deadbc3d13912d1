//! What only the SQLite engine promises: its file, its log, its denials and its copies.
