"""Pages for people, in Vietnamese; scripts beside them use the public interface alone."""
