"""A drawing on celluloid: ink, paint and airbrush on a sheet, and the exact truth of the finished cel."""
