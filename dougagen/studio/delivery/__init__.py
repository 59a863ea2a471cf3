"""From the finished picture to the viewer: codecs and mastering of stills, files of clips."""
