import Sink
