// bubbles
