// thread
